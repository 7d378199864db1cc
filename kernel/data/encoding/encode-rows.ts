/** Rows of a split as a model is fed with them. */
import { WEIGHT } from "#stdlib/tasks/shared/row-weights.js";
import type { Column } from "#stdlib/tasks/kind.js";
import { Windows } from "../sequences/windows.js";
import type { SplitEncoding } from "./row-formats/row-encoder.js";
import { rowEncoderOf } from "./row-formats/row-encoders.js";
import type { Encoded } from "./rows.js";
import type { SplitRows } from "./split-rows.js";

export async function encodeRows(rows: SplitRows, e: SplitEncoding): Promise<Encoded> {
  const encoded = await rowEncoderOf(e.task.implementation).encodeSplit(rows, e);
  const weights = rows.column(WEIGHT);
  return weights ? { ...encoded, weights: weightsFed(encoded, weights) } : encoded;
}

/** The weight of each row that is fed: a longer text becomes several, which have its weight. */
function weightsFed({ lengths, ids, asked }: Encoded, weights: Column): Float32Array {
  const own = Float32Array.from(weights as Iterable<number>);
  const { window } = asked;
  const of = ids instanceof Windows ? ids.texts : window && lengths.map((_, row) => window(row).of);
  return of ? Float32Array.from(of, (row) => own[row]!) : own;
}
