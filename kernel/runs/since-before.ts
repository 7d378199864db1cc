/**
 * What a training kept of what the model that it began from had been evaluated on: `since-before.json` in its run's folder, for its
 * card and for later updates from the same weights. Numbers alone: no row and no answer.
 */
import { join } from "node:path";
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import * as v from "valibot";
import { writePrivate } from "../fetch/private.js";
import { objectWith, anyNumber, parseJsonOrNull, wholeNumber, type Schema } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { readRegularFile } from "./read-regular.js";

const VERSION = 1;

/** Scores on the same rows, before the training and after it. */
export interface BeforeAfterScore {
  readonly data: string;
  readonly split: string | null;
  readonly dataHash: string;
  /** Those that were asked. */
  readonly rows: number;
  readonly metric: string;
  readonly better: MetricDirection;
  readonly before: number;
  readonly now: number;
  /** Ends of the 95 % interval of now − before; null: it has none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether it is worse beyond chance. */
  readonly lost: boolean;
}
export interface BeforeAfterScores {
  /** Name of the training that it began from, and what tells its weights. */
  readonly start: string;
  readonly startHash: string;
  /** Share of earlier rows that were learnt again; null: none, or nobody knows. */
  readonly replayed: number | null;
  readonly on: readonly BeforeAfterScore[];
}

const end = v.nullable(anyNumber);
const schema: Schema<BeforeAfterScores & { readonly version: 1 }> = objectWith({
  version: v.literal(VERSION),
  start: v.string(),
  startHash: v.string(),
  replayed: v.nullable(anyNumber),
  on: v.array(
    objectWith({
      data: v.string(),
      split: v.nullable(v.string()),
      dataHash: v.string(),
      rows: wholeNumber(1),
      metric: v.string(),
      better: v.picklist(["greater", "less", "none"]),
      before: anyNumber,
      now: anyNumber,
      low: end,
      high: end,
      lost: v.boolean(),
    }),
  ),
});

const fileOf = (run: string): string => join(run, "since-before.json");

/** Null: nothing was compared, or it can't be read. */
export const readBeforeAfterScores = (run: string): BeforeAfterScores | null =>
  parseJsonOrNull(readRegularFile(fileOf(run)) ?? "", schema);

/** Coded errors `no-space`, `run-folder`. */
export function writeBeforeAfterScores(run: string, since: BeforeAfterScores): void {
  try {
    writePrivate(fileOf(run), `${JSON.stringify({ version: VERSION, ...since }, null, 2)}\n`);
  } catch (error) {
    throw toRunFolderError(error, fileOf(run));
  }
}
