/** A file of a run, read with suspicion: a folder of runs may come from anybody. */
import * as v from "valibot";
import { jsonOrNone } from "../fetch/json.js";
import { readWhole } from "../fetch/regular.js";

/** Plans and locks have kilobytes; logs of long runs some hundreds of megabytes. A text can't be longer. */
const MOST = 2 ** 29 - 2 ** 10;

/** Its text; null: there is none that can be read, or it is no regular file, or has more than `most` bytes. */
export function readRegular(file: string, most = MOST): string | null {
  try {
    return readWhole(file, most)?.toString("utf8") ?? null;
  } catch {
    return null; // it is something else, went away, or its disk fails
  }
}

/** The JSON in it; undefined: it can't be read, or is none. */
export function jsonRegular(file: string, most?: number): unknown {
  return jsonOrNone(readRegular(file, most) ?? "", v.unknown()) ?? undefined;
}
