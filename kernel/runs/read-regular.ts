/** A file of a run, read with suspicion: a folder of runs may come from anybody. */
import * as v from "valibot";
import { parseJsonAs, parseJsonOrNull, type Schema, SchemaMismatch } from "../fetch/json.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";

/** Plans and locks have kilobytes; logs of long runs some hundreds of megabytes. A text can't be longer. */
const MOST = 2 ** 29 - 2 ** 10;

/** Its text; null: there is none that can be read, or it is no regular file, or has more than `most` bytes. */
export function readRegularFile(file: string, most = MOST): string | null {
  try {
    return readWholeFile(file, most)?.toString("utf8") ?? null;
  } catch {
    return null; // it is something else, went away, or its disk fails
  }
}

/** The JSON in it; undefined: it can't be read, or is none. */
export function readRegularJson(file: string, most?: number): unknown {
  return parseJsonOrNull(readRegularFile(file, most) ?? "", v.unknown()) ?? undefined;
}

/** Maximum size of a plan or a lock, in bytes; those with 100,000 labels have 10 MB. */
const MOST_OF_A_PLAN = 64 * 2 ** 20;

/** A file that its schema accepts, or what is wrong with it: `is missing`, `can't be read: recipe.model is missing`. */
export function readCheckedJson<T>(file: string, schema: Schema<T>): { readonly value: T } | { readonly why: string } {
  try {
    const bytes = readWholeFile(file, MOST_OF_A_PLAN);
    return bytes === null ? { why: "is missing" } : { value: parseJsonAs(bytes.toString("utf8"), schema) };
  } catch (error) {
    if (error instanceof FileNotRead || error instanceof SchemaMismatch) return { why: `can't be read: ${error.why}` };
    throw error;
  }
}
