/**
 * Products of whole numbers of a byte, computed here as products of f32 that stand for them: what goes into a linear layer is
 * rounded as `onnx(quantize: int8)` rounds it (dsl/tensor/backends/onnx/rounding), and the weights of its base are rounded already. So a
 * model that was quantised answers in the notebook what it answers where bytes are multiplied, but for the order of sums.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import { MAX_LOOKUP_CODE } from "#dsl/tensor/numbers/rounding.js";

/** `rows`: each row by a scale of its own, as it comes; else by bounds of each layer's input, by the layer's path. */
export type ActivationQuantization =
  | { readonly by: "rows" }
  | { readonly by: "bounds"; readonly bounds: ActivationRanges };
export type ActivationRanges = Readonly<Record<string, readonly [least: number, most: number]>>;

/** Steps of a byte without sign. */
const STEPS = 255;

export function quantizeActivation(rounding: ActivationQuantization, path: string, x: Tensor): Tensor {
  if (rounding.by === "rows") return byRows(x);
  const bounds = rounding.bounds[path];
  return bounds ? byBounds(x, bounds) : x;
}

function byRows(x: Tensor): Tensor {
  const furthest = x.abs().max([x.rank - 1], true);
  const scales = furthest.multiply(Math.fround(1 / MAX_LOOKUP_CODE)).maximum(Math.fround(1e-30));
  return x
    .divide(scales)
    .round()
    .maximum(-MAX_LOOKUP_CODE - 1)
    .minimum(MAX_LOOKUP_CODE)
    .multiply(scales);
}

/** Scale and code of zero, as a runtime has them. */
export function quantizationStep([least, most]: readonly [number, number]): {
  readonly size: number;
  readonly zero: number;
} {
  const [low, high] = [Math.min(least, 0), Math.max(most, 0)];
  const size = high > low ? (high - low) / STEPS : 1;
  return { size: Math.fround(size), zero: Math.round(-low / size) };
}

function byBounds(x: Tensor, bounds: readonly [number, number]): Tensor {
  const { size, zero } = quantizationStep(bounds);
  return x
    .divide(size)
    .round()
    .maximum(-zero)
    .minimum(STEPS - zero)
    .multiply(size);
}
