/**
 * What is handed over of a writing graph's logits, [rows, length, vocabulary]: those of some places, or of each place the
 * likeliest token and its lead alone. A vocabulary is large, and a graph tells of every place: between processes all of it
 * takes longer than computing it. The same in Python: tools/runtimes/serving.py.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import { gathered, likeliestOf } from "../arrays.js";

/** Of each row the places that are asked about. */
export type Places = readonly (readonly number[])[];

export interface Picks {
  /** Their logits, row after row: `logits` [places, vocabulary]. */
  readonly logits?: Places;
  /** Of each of them the likeliest token and how far it lies before the next: `likeliest` f32 [places, 2]. */
  readonly likeliest?: Places;
}

export function picked(logits: NDArray, picks: Picks): Record<string, NDArray> {
  const [rows = 0, length = 0, width = 0] = logits.shape;
  const all = { ...logits, shape: [rows * length, width] };
  const at = (places: Places): NDArray =>
    gathered(
      all,
      places.flatMap((own, row) => own.map((place) => row * length + place)),
    );
  return {
    ...(picks.logits && { logits: at(picks.logits) }),
    ...(picks.likeliest && { likeliest: likeliestOf(at(picks.likeliest)) }),
  };
}

/** Those of some rows alone; a row that isn't there is asked about nothing. */
export function picksOf(picks: Picks, from: number, rows: number): Picks {
  const part = (places: Places): Places => Array.from({ length: rows }, (_, row) => places[from + row] ?? []);
  return {
    ...(picks.logits && { logits: part(picks.logits) }),
    ...(picks.likeliest && { likeliest: part(picks.likeliest) }),
  };
}
