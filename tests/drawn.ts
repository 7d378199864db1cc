/** Dropout input (`draws`) of a batch with one text per row, as a data loader feeds it. */
import type { NDArray } from "#dsl/tensor/program.js";
import { dropoutStepsByText } from "#dsl/tensor/numbers/random.js";
import { toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

export function drawsOf(rows: number, step = 1, place = 0): ArrayValues {
  return makeArrayValues([rows], [...dropoutStepsByText(step, place, rows, rows)]);
}
export function fedDraws(rows: number, step = 1, place = 0): NDArray {
  return toNDArray("i32", drawsOf(rows, step, place));
}
/**
 * Returns the feeds with `draws` added. `place`: position of the batch's first row in the update. `rows`: number of
 * rows, if a row has several texts.
 */
export function drawn(
  feeds: Readonly<Record<string, ArrayValues>>,
  step = 1,
  { place = 0, rows }: { readonly place?: number; readonly rows?: number } = {},
): Record<string, ArrayValues> {
  const texts = feeds["input_ids"]!.shape[0]!;
  return { ...feeds, draws: makeArrayValues([texts], [...dropoutStepsByText(step, place, rows ?? texts, texts)]) };
}
