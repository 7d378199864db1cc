/** What dropout is drawn by in a batch of one text a row, as a data loader feeds it. */
import type { NDArray } from "#dsl/tensor/program.js";
import { draws } from "#dsl/tensor/numbers/random.js";
import { toNDArray, values, type Values } from "#dsl/tensor/values.js";

export function drawsOf(rows: number, step = 1, place = 0): Values {
  return values([rows], [...draws(step, place, rows, rows)]);
}
export function fedDraws(rows: number, step = 1, place = 0): NDArray {
  return toNDArray("i32", drawsOf(rows, step, place));
}
/** Feeds with it. `place`: of the first row in the update; `rows`: how many they are, where a row has several texts. */
export function drawn(
  feeds: Readonly<Record<string, Values>>,
  step = 1,
  { place = 0, rows }: { readonly place?: number; readonly rows?: number } = {},
): Record<string, Values> {
  const texts = feeds["input_ids"]!.shape[0]!;
  return { ...feeds, draws: values([texts], [...draws(step, place, rows ?? texts, texts)]) };
}
