/**
 * What weights have learnt from: `learnt.json` in a run's folder and in every folder that is saved of it. It has a short hash of
 * each row that trained (no text stands in it, but whoever has a text can ask whether it was there) and how often each answer stood among them, so that a model which is
 * opened again knows what it has seen. Of a private training no row is told. What the weights began from, another run's or a saved folder's, is in it too.
 */
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { fields, hintIn, type Schema } from "../fetch/json.js";
import { writing } from "./folder-errors.js";
import { hashesOf, HASH_BYTES, type Part } from "./part.js";
import { isTally, tallyOf, type Tally } from "./tally.js";

export const LEARNT = "learnt.json";
const VERSION = 1;
/** Hashes that are kept of one training: of more rows the lowest, which are a fair sample. */
const MOST_HASHES = 100_000;
/** Trainings that a model goes back to. */
const MOST_PARTS = 8;

/** Rows of one training. */
export interface LearntRows {
  /** Of the run. */
  readonly run: string;
  readonly split: string;
  readonly dataHash: string;
  readonly rows: number;
  /** Hashes of different rows, sorted; base64 of six bytes each, in the file. */
  readonly hashes: Float64Array;
  /** Only hashes below it were kept; null: all. */
  readonly below: number | null;
}
export interface Learnt {
  /** Name of the training. */
  readonly model: string;
  /** Of the last training. */
  readonly answers: Tally;
  /** The last training first. */
  readonly rows: readonly LearntRows[];
}

/** Of a private training: whose it is, and nothing by which a row could be tried. */
export const learntInSecret = (model: string): Learnt => ({ model, answers: {}, rows: [] });

export async function learntFrom(
  part: Part,
  o: { readonly run: string; readonly model: string; readonly begun: readonly Learnt[]; readonly signal?: AbortSignal },
): Promise<Learnt> {
  const { prepared, split } = part;
  const all = await hashesOf(part, o.signal);
  const different = Float64Array.from(new Set(all)).sort();
  const hashes = different.subarray(0, MOST_HASHES);
  const own: LearntRows = {
    run: o.run,
    split,
    dataHash: prepared.facts.hash,
    rows: all.length,
    hashes,
    below: different.length > hashes.length ? different[hashes.length]! : null,
  };
  const before = o.begun.flatMap(({ rows }) => rows);
  return { model: o.model, answers: tallyOf(part), rows: [own, ...before].slice(0, MOST_PARTS) };
}

export async function writeLearnt(folder: string, { rows, ...learnt }: Learnt): Promise<void> {
  const file = join(folder, LEARNT);
  const text = JSON.stringify({
    version: VERSION,
    ...learnt,
    rows: rows.map((own) => ({ ...own, hashes: packed(own.hashes) })),
  });
  try {
    await writeFileAtomic(file, `${text}\n`);
  } catch (error) {
    throw writing(error, file);
  }
}

/** Null: an older folder, somebody else's, or one that can't be read: nothing is said then. */
export function readLearnt(folder: string): Learnt | null {
  const found = hintIn(join(folder, LEARNT), learntSchema);
  return found && { model: found.model, answers: found.answers, rows: found.rows };
}

/** Of a folder that weights began from: a saved one, or a part of a run. */
export function readLearntBy(folder: string): Learnt | null {
  const ofRun = ["model", "merged", "adapter"].includes(basename(folder)) ? readLearnt(dirname(folder)) : null;
  return readLearnt(folder) ?? ofRun;
}

/** Which of the hashes were among those rows; `of`: how many could be told. */
export function seenOf(hashes: Float64Array, { hashes: learnt, below }: LearntRows): { seen: number; of: number } {
  const known = new Set(learnt);
  let [seen, of] = [0, 0];
  for (const hash of hashes) {
    if (below !== null && hash >= below) continue;
    of++;
    if (known.has(hash)) seen++;
  }
  return { seen, of };
}

/** Base64 of hashes, as `packed` writes them. */
const packedHashes = v.pipe(
  v.string(),
  v.transform((text) => Buffer.from(text, "base64")),
  v.check((bytes) => bytes.length % HASH_BYTES === 0 && bytes.length <= MOST_HASHES * HASH_BYTES),
  v.transform((bytes) =>
    Float64Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => bytes.readUIntBE(i * HASH_BYTES, HASH_BYTES)),
  ),
);
const rowsSchema: Schema<LearntRows> = v.object({
  run: v.string(),
  split: v.string(),
  dataHash: v.string(),
  rows: v.pipe(v.number(), v.safeInteger()),
  hashes: packedHashes,
  below: v.nullable(v.pipe(v.number(), v.safeInteger())),
});
const learntSchema: Schema<Learnt> = fields({
  version: v.literal(VERSION),
  model: v.string(),
  answers: v.custom<Tally>(isTally),
  rows: v.pipe(v.array(rowsSchema), v.maxLength(MOST_PARTS)),
});

function packed(hashes: Float64Array): string {
  const bytes = Buffer.alloc(hashes.length * HASH_BYTES);
  hashes.forEach((hash, i) => bytes.writeUIntBE(hash, i * HASH_BYTES, HASH_BYTES));
  return bytes.toString("base64");
}
