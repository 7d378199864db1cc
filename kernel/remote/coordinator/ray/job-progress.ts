/**
 * What the search of a sweep says that runs as a job of a cluster, among the other lines of its log: that is all that comes
 * back of a job by itself. A line holds what was said since the one before, packed; its checksum is gzip's.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import { fields, jsonOrNone, object, whole, type Json, type Schema } from "../../../fetch/json.js";

/** How far a trial is that runs. */
export interface Progress {
  readonly number: number;
  readonly step: number;
  readonly steps: number;
  readonly tokens: number;
}
/** A file in the search's folder. */
export interface FileThere {
  /** Absolute, on its node. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export type Said =
  /** It has a folder of its own. */
  | { readonly is: "began"; readonly home: string }
  /** Whole lines of the journal, from that byte on. */
  | { readonly is: "journal"; readonly at: number; readonly text: string }
  /** All trials that run now. */
  | { readonly is: "running"; readonly trials: readonly Progress[] }
  | { readonly is: "note"; readonly words: string }
  /** Every trial is over; what was made lies in this file. */
  | { readonly is: "over"; readonly results: FileThere }
  | { readonly is: "failed"; readonly code: string | null; readonly data: Json; readonly message: string };

const progress: Schema<Progress> = fields({ number: whole(1), step: whole(), steps: whole(), tokens: whole() });
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const absolute = v.pipe(v.string(), v.regex(/^\/[^\0\n']*$/));
const said: Schema<Said> = v.union([
  fields({ is: v.literal("began"), home: absolute }),
  fields({ is: v.literal("journal"), at: whole(), text: v.string() }),
  fields({ is: v.literal("running"), trials: v.pipe(v.array(progress), v.maxLength(10_000)) }),
  fields({ is: v.literal("note"), words: v.string() }),
  fields({ is: v.literal("over"), results: fields({ path: absolute, bytes: whole(), hash }) }),
  fields({ is: v.literal("failed"), code: v.nullable(v.string()), data: object, message: v.string() }),
]);

const MARK = "tunebook-search ";
/** Bytes that a line may come to. */
const MOST = 64 * 2 ** 20;

export function lineOf(all: readonly Said[]): string {
  return `${MARK}${gzipSync(JSON.stringify(all)).toString("base64")}\n`;
}

/** None: it is another line, or damaged. */
export function saidIn(line: string): readonly Said[] {
  const at = line.indexOf(MARK);
  if (at < 0) return [];
  try {
    const text = gunzipSync(Buffer.from(line.slice(at + MARK.length).trim(), "base64"), { maxOutputLength: MOST });
    return jsonOrNone(text.toString("utf8"), v.array(said)) ?? [];
  } catch {
    return []; // cut off, or somebody else's
  }
}
