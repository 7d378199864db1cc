/**
 * Scores before and after a training, on the data that its starting model was evaluated on: `since-before.json` in the
 * run's folder. It is used for the run's card and for later updates from the same weights. It contains numbers only, no
 * rows or predictions.
 */
import { join } from "node:path";
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import * as v from "valibot";
import { writePrivateFile } from "../fetch/private.js";
import { objectWith, anyNumber, parseJsonOrNull, wholeNumber, type Schema } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { readRegularFile } from "./read-events.js";

const VERSION = 1;

/** A metric on the same rows before and after the training. */
export interface BeforeAfterScore {
  readonly data: string;
  readonly split: string | null;
  readonly dataHash: string;
  /** Number of evaluated rows. */
  readonly rows: number;
  readonly metric: string;
  readonly better: MetricDirection;
  readonly before: number;
  readonly now: number;
  /** Limits of the 95 % interval of now − before; null if there is no interval. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether the score is significantly worse. */
  readonly lost: boolean;
}
export interface BeforeAfterScores {
  /** Name of the training that it started from, and the hash that identifies its weights. */
  readonly start: string;
  readonly startHash: string;
  /** Share of earlier rows that were replayed; null if none were or it is unknown. */
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

/** Returns null if nothing was compared or the file cannot be read. */
export const readBeforeAfterScores = (run: string): BeforeAfterScores | null =>
  parseJsonOrNull(readRegularFile(fileOf(run)) ?? "", schema);

/** Throws the coded errors `no-space` and `run-folder`. */
export function writeBeforeAfterScores(run: string, since: BeforeAfterScores): void {
  try {
    writePrivateFile(fileOf(run), `${JSON.stringify({ version: VERSION, ...since }, null, 2)}\n`);
  } catch (error) {
    throw toRunFolderError(error, fileOf(run));
  }
}
