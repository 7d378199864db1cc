/**
 * Selects logits of a generating graph, [rows, length, vocabulary], before they are transferred: those of some
 * positions, or only the most probable token of each and its lead. A graph returns logits for every position, and
 * transferring all of them between processes takes longer than computing them. The same in Python:
 * tools/runtimes/serving.py.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import { gatherRows, argmaxWithMargin } from "../arrays.js";

export type RowPositions = readonly (readonly number[])[];

export interface RequestedLogitPositions {
  /** Positions whose logits are returned, row after row: `logits` [positions, vocabulary]. */
  readonly logits?: RowPositions;
  /** Positions whose most probable token and its lead over the next are returned: `likeliest` f32 [positions, 2]. */
  readonly likeliest?: RowPositions;
}

export function pickLogits(logits: NDArray, picks: RequestedLogitPositions): Record<string, NDArray> {
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

/** Returns the picks of some rows; a missing row has none. */
export function picksForRows(picks: RequestedLogitPositions, from: number, rows: number): RequestedLogitPositions {
  const part = (places: RowPositions): RowPositions =>
    Array.from({ length: rows }, (_, row) => places[from + row] ?? []);
  return {
    ...(picks.logits && { logits: part(picks.logits) }),
    ...(picks.likeliest && { likeliest: part(picks.likeliest) }),
  };
}
