/**
 * What is handed over of a writing graph's logits, [rows, length, vocabulary]: those of some places, or of each place the
 * likeliest token and its lead alone. A vocabulary is large, and a graph tells of every place: between processes all of it
 * takes longer than computing it. The same in Python: tools/runtimes/serving.py.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import { gatherRows, argmaxWithMargin } from "../arrays.js";

/** Of each row the places that are asked about. */
export type RowPositions = readonly (readonly number[])[];

export interface LogitPicks {
  /** Their logits, row after row: `logits` [places, vocabulary]. */
  readonly logits?: RowPositions;
  /** Of each of them the likeliest token and how far it lies before the next: `likeliest` f32 [places, 2]. */
  readonly likeliest?: RowPositions;
}

export function pickLogits(logits: NDArray, picks: LogitPicks): Record<string, NDArray> {
  const [rows = 0, length = 0, width = 0] = logits.shape;
  const all = { ...logits, shape: [rows * length, width] };
  const pickAt = (places: RowPositions): NDArray =>
    gatherRows(
      all,
      places.flatMap((rowPlaces, row) => rowPlaces.map((place) => row * length + place)),
    );
  return {
    ...(picks.logits && { logits: pickAt(picks.logits) }),
    ...(picks.likeliest && { likeliest: argmaxWithMargin(pickAt(picks.likeliest)) }),
  };
}

/** Those of some rows alone; a row that isn't there is asked about nothing. */
export function picksForRows(picks: LogitPicks, from: number, rows: number): LogitPicks {
  const part = (places: RowPositions): RowPositions =>
    Array.from({ length: rows }, (_, row) => places[from + row] ?? []);
  return {
    ...(picks.logits && { logits: part(picks.logits) }),
    ...(picks.likeliest && { likeliest: part(picks.likeliest) }),
  };
}
