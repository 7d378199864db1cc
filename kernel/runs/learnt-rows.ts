/**
 * Record of the training rows of weights: `learnt.json` in a run's folder and in every folder saved from it. It has a
 * short hash of each training row and the frequency of each answer, so that a reopened model can detect rows that it
 * was trained on. It contains no text, but anyone with a text can test whether it was among the rows. For a private
 * training no row is recorded. The record also includes that of the weights' origin, another run or a saved folder.
 */
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { objectWith, readJsonCacheFile, type Schema } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { rowHashesOf, ROW_HASH_BYTES, type PreparedDataSplit } from "./split-rows.js";
import { isTargetValueCounts, countTargetValues, type TargetValueCounts } from "./tally.js";

export const TRAINING_ROW_RECORD_FILE = "learnt.json";
const VERSION = 1;
/** Maximum number of hashes per training: of more rows the lowest hashes, which are a fair sample. */
const MOST_HASHES = 100_000;
/** Maximum number of trainings in a record. */
const MOST_PARTS = 8;

export interface TrainingRowHashes {
  /** Id of the run. */
  readonly run: string;
  readonly split: string;
  readonly dataHash: string;
  readonly rows: number;
  /** Hashes of distinct rows, sorted; in the file base64 of six bytes each. */
  readonly hashes: Float64Array;
  /** Only hashes below this value were kept; null if all were. */
  readonly below: number | null;
}
export interface TrainingRowRecord {
  readonly model: string;
  /** Answers of the last training. */
  readonly answers: TargetValueCounts;
  /** The last training comes first. */
  readonly rows: readonly TrainingRowHashes[];
}

/** Record of a private training: its owner, and nothing against which a row could be tested. */
export const trainingRowRecordWithoutHashes = (model: string): TrainingRowRecord => ({ model, answers: {}, rows: [] });

export async function trainingRowRecordOf(
  part: PreparedDataSplit,
  options: {
    readonly run: string;
    readonly model: string;
    readonly begun: readonly TrainingRowRecord[];
    readonly signal?: AbortSignal;
  },
): Promise<TrainingRowRecord> {
  const { prepared, split } = part;
  const all = await rowHashesOf(part, options.signal);
  const different = Float64Array.from(new Set(all)).sort();
  const hashes = different.subarray(0, MOST_HASHES);
  const learntRows: TrainingRowHashes = {
    run: options.run,
    split,
    dataHash: prepared.facts.hash,
    rows: all.length,
    hashes,
    below: different.length > hashes.length ? different[hashes.length]! : null,
  };
  const before = options.begun.flatMap(({ rows }) => rows);
  return { model: options.model, answers: countTargetValues(part), rows: [learntRows, ...before].slice(0, MOST_PARTS) };
}

export async function writeTrainingRowRecord(folder: string, { rows, ...learnt }: TrainingRowRecord): Promise<void> {
  const file = join(folder, TRAINING_ROW_RECORD_FILE);
  const text = JSON.stringify({
    version: VERSION,
    ...learnt,
    rows: rows.map((learntRows) => ({ ...learntRows, hashes: packed(learntRows.hashes) })),
  });
  try {
    await writeFileAtomic(file, `${text}\n`);
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

/** Returns null for an older or foreign folder, or an unreadable record: nothing is known then. */
export function readTrainingRowRecord(folder: string): TrainingRowRecord | null {
  const found = readJsonCacheFile(join(folder, TRAINING_ROW_RECORD_FILE), learntSchema);
  return found && { model: found.model, answers: found.answers, rows: found.rows };
}

/** Reads the record of a folder that weights started from: a saved folder, or a part of a run. */
export function readTrainingRowRecordOfStart(folder: string): TrainingRowRecord | null {
  const ofRun = ["model", "merged", "adapter"].includes(basename(folder))
    ? readTrainingRowRecord(dirname(folder))
    : null;
  return readTrainingRowRecord(folder) ?? ofRun;
}

/** Returns how many of the hashes were among those rows; `of`: how many could be tested. */
export function countSeenRows(
  hashes: Float64Array,
  { hashes: learnt, below }: TrainingRowHashes,
): { seen: number; of: number } {
  const known = new Set(learnt);
  let [seen, total] = [0, 0];
  for (const hash of hashes) {
    if (below !== null && hash >= below) continue;
    total++;
    if (known.has(hash)) seen++;
  }
  return { seen, of: total };
}

/** Base64 of hashes, as written by `packed`. */
const packedHashes = v.pipe(
  v.string(),
  v.transform((text) => Buffer.from(text, "base64")),
  v.check((bytes) => bytes.length % ROW_HASH_BYTES === 0 && bytes.length <= MOST_HASHES * ROW_HASH_BYTES),
  v.transform((bytes) =>
    Float64Array.from({ length: bytes.length / ROW_HASH_BYTES }, (_, i) =>
      bytes.readUIntBE(i * ROW_HASH_BYTES, ROW_HASH_BYTES),
    ),
  ),
);
const rowsSchema: Schema<TrainingRowHashes> = v.object({
  run: v.string(),
  split: v.string(),
  dataHash: v.string(),
  rows: v.pipe(v.number(), v.safeInteger()),
  hashes: packedHashes,
  below: v.nullable(v.pipe(v.number(), v.safeInteger())),
});
const learntSchema: Schema<TrainingRowRecord> = objectWith({
  version: v.literal(VERSION),
  model: v.string(),
  answers: v.custom<TargetValueCounts>(isTargetValueCounts),
  rows: v.pipe(v.array(rowsSchema), v.maxLength(MOST_PARTS)),
});

function packed(hashes: Float64Array): string {
  const bytes = Buffer.alloc(hashes.length * ROW_HASH_BYTES);
  hashes.forEach((hash, i) => bytes.writeUIntBE(hash, i * ROW_HASH_BYTES, ROW_HASH_BYTES));
  return bytes.toString("base64");
}
