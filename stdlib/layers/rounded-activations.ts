/**
 * Int8 products, emulated with f32 values. The inputs of linear layers are rounded as `onnx(quantize: int8)` does
 * (dsl/tensor/backends/onnx/rounding); the base weights are already rounded. A quantized model therefore gives the same
 * outputs in the notebook as with int8 arithmetic, except for the order of sums.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import { MAX_LOOKUP_CODE } from "#dsl/tensor/numbers/rounding.js";

/** `rows`: each row has its own dynamic scale. `bounds`: fixed ranges of each layer's input, by the layer's path. */
export type ActivationQuantization =
  | { readonly by: "rows" }
  | { readonly by: "bounds"; readonly bounds: ActivationRanges };
export type ActivationRanges = Readonly<Record<string, readonly [least: number, most: number]>>;

/** Number of steps of an unsigned byte. */
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

/** Returns the scale and the zero point, computed as in a runtime. */
export function quantizationScaleAndZero([least, most]: readonly [number, number]): {
  readonly size: number;
  readonly zero: number;
} {
  const [low, high] = [Math.min(least, 0), Math.max(most, 0)];
  const size = high > low ? (high - low) / STEPS : 1;
  return { size: Math.fround(size), zero: Math.round(-low / size) };
}

function byBounds(x: Tensor, bounds: readonly [number, number]): Tensor {
  const { size, zero } = quantizationScaleAndZero(bounds);
  return x
    .divide(size)
    .round()
    .maximum(-zero)
    .minimum(STEPS - zero)
    .multiply(size);
}
