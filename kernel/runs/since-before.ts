/**
 * What a training kept of what the model that it began from had been evaluated on: `since-before.json` in its run's folder, for its
 * card and for later updates from the same weights. Numbers alone: no row and no answer.
 */
import { join } from "node:path";
import type { Direction } from "#dsl/language/types/capabilities/metric.js";
import * as v from "valibot";
import { writePrivate } from "../fetch/private.js";
import { fields, figure, jsonOrNone, whole, type Schema } from "../fetch/json.js";
import { writing } from "./folder-errors.js";
import { readRegular } from "./read-regular.js";

const VERSION = 1;

/** Scores on the same rows, before the training and after it. */
export interface SinceOn {
  readonly data: string;
  readonly split: string | null;
  readonly dataHash: string;
  /** Those that were asked. */
  readonly rows: number;
  readonly metric: string;
  readonly better: Direction;
  readonly before: number;
  readonly now: number;
  /** Ends of the 95 % interval of now − before; null: it has none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether it is worse beyond chance. */
  readonly lost: boolean;
}
export interface SinceBefore {
  /** Name of the training that it began from, and what tells its weights. */
  readonly start: string;
  readonly startHash: string;
  /** Share of earlier rows that were learnt again; null: none, or nobody knows. */
  readonly replayed: number | null;
  readonly on: readonly SinceOn[];
}

const end = v.nullable(figure);
const schema: Schema<SinceBefore & { readonly version: 1 }> = fields({
  version: v.literal(VERSION),
  start: v.string(),
  startHash: v.string(),
  replayed: v.nullable(figure),
  on: v.array(
    fields({
      data: v.string(),
      split: v.nullable(v.string()),
      dataHash: v.string(),
      rows: whole(1),
      metric: v.string(),
      better: v.picklist(["greater", "less", "none"]),
      before: figure,
      now: figure,
      low: end,
      high: end,
      lost: v.boolean(),
    }),
  ),
});

const fileOf = (run: string): string => join(run, "since-before.json");

/** Null: nothing was compared, or it can't be read. */
export const readSince = (run: string): SinceBefore | null => jsonOrNone(readRegular(fileOf(run)) ?? "", schema);

/** Coded errors `no-space`, `run-folder`. */
export function writeSince(run: string, since: SinceBefore): void {
  try {
    writePrivate(fileOf(run), `${JSON.stringify({ version: VERSION, ...since }, null, 2)}\n`);
  } catch (error) {
    throw writing(error, fileOf(run));
  }
}
