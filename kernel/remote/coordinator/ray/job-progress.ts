/**
 * Messages of a sweep's search that runs as a cluster job, encoded as lines of its log, which is a job's only output.
 * Each line contains the messages since the last one, gzipped, which also provides the checksum.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import {
  objectWith,
  parseJsonOrNull,
  jsonObject,
  wholeNumber,
  type JsonRecord,
  type Schema,
} from "../../../fetch/json.js";

export interface TrialProgress {
  readonly number: number;
  readonly step: number;
  readonly steps: number;
  readonly tokens: number;
}
/** A file in the search's folder. */
export interface RemoteFile {
  /** Absolute path on its node. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export type SearchMessage =
  /** The search has created its folder. */
  | { readonly is: "began"; readonly home: string }
  /** Complete lines of the journal, starting at that byte. */
  | { readonly is: "journal"; readonly at: number; readonly text: string }
  | { readonly is: "running"; readonly trials: readonly TrialProgress[] }
  | { readonly is: "note"; readonly words: string }
  /** All trials have ended; this file contains the results. */
  | { readonly is: "over"; readonly results: RemoteFile }
  | { readonly is: "failed"; readonly code: string | null; readonly data: JsonRecord; readonly message: string };

const progress: Schema<TrialProgress> = objectWith({
  number: wholeNumber(1),
  step: wholeNumber(),
  steps: wholeNumber(),
  tokens: wholeNumber(),
});
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const absolute = v.pipe(v.string(), v.regex(/^\/[^\0\n']*$/));
const messageSchema: Schema<SearchMessage> = v.union([
  objectWith({ is: v.literal("began"), home: absolute }),
  objectWith({ is: v.literal("journal"), at: wholeNumber(), text: v.string() }),
  objectWith({ is: v.literal("running"), trials: v.pipe(v.array(progress), v.maxLength(10_000)) }),
  objectWith({ is: v.literal("note"), words: v.string() }),
  objectWith({ is: v.literal("over"), results: objectWith({ path: absolute, bytes: wholeNumber(), hash }) }),
  objectWith({ is: v.literal("failed"), code: v.nullable(v.string()), data: jsonObject, message: v.string() }),
]);

const MARK = "tunebook-search ";
/** Maximum unpacked bytes of a line. */
const MOST = 64 * 2 ** 20;

export function messageLine(all: readonly SearchMessage[]): string {
  return `${MARK}${gzipSync(JSON.stringify(all)).toString("base64")}\n`;
}

/** Returns an empty list for other lines and damaged ones. */
export function parseMessageLine(line: string): readonly SearchMessage[] {
  const markIndex = line.indexOf(MARK);
  if (markIndex < 0) return [];
  try {
    const text = gunzipSync(Buffer.from(line.slice(markIndex + MARK.length).trim(), "base64"), {
      maxOutputLength: MOST,
    });
    return parseJsonOrNull(text.toString("utf8"), v.array(messageSchema)) ?? [];
  } catch {
    return []; // truncated, or another program's output
  }
}
