/**
 * What the search of a sweep says that runs as a job of a cluster, among the other lines of its log: that is all that comes
 * back of a job by itself. A line holds what was said since the one before, packed; its checksum is gzip's.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import { objectWith, parseJsonOrNull, jsonObject, wholeNumber, type Json, type Schema } from "../../../fetch/json.js";

/** How far a trial is that runs. */
export interface TrialProgress {
  readonly number: number;
  readonly step: number;
  readonly steps: number;
  readonly tokens: number;
}
/** A file in the search's folder. */
export interface RemoteFile {
  /** Absolute, on its node. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export type SearchMessage =
  /** It has a folder of its own. */
  | { readonly is: "began"; readonly home: string }
  /** Whole lines of the journal, from that byte on. */
  | { readonly is: "journal"; readonly at: number; readonly text: string }
  /** All trials that run now. */
  | { readonly is: "running"; readonly trials: readonly TrialProgress[] }
  | { readonly is: "note"; readonly words: string }
  /** Every trial is over; what was made lies in this file. */
  | { readonly is: "over"; readonly results: RemoteFile }
  | { readonly is: "failed"; readonly code: string | null; readonly data: Json; readonly message: string };

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
/** Bytes that a line may come to. */
const MOST = 64 * 2 ** 20;

export function messageLine(all: readonly SearchMessage[]): string {
  return `${MARK}${gzipSync(JSON.stringify(all)).toString("base64")}\n`;
}

/** None: it is another line, or damaged. */
export function parseMessageLine(line: string): readonly SearchMessage[] {
  const markIndex = line.indexOf(MARK);
  if (markIndex < 0) return [];
  try {
    const text = gunzipSync(Buffer.from(line.slice(markIndex + MARK.length).trim(), "base64"), {
      maxOutputLength: MOST,
    });
    return parseJsonOrNull(text.toString("utf8"), v.array(messageSchema)) ?? [];
  } catch {
    return []; // cut off, or somebody else's
  }
}
