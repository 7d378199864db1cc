import { dimensionAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError, sameShape, requireSameDType } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

/**
 * Has no gradient: caches belong to generation. Engines that write the same rows to the cache's state do both in one
 * step.
 */
export const extend_cache = defineOp({
  name: "extend_cache",
  doc:
    "(cache [batch, capacity, ...], rows [batch, length, ...], start i32 scalar) → [batch, `size`, ...]: the first `size` " +
    "rows of the cache with `rows` in the places from `start` on; start + length is at most `size`, and `size` at most the capacity.",
  inputs: ["cache", "rows", "start"],
  attributes: { size: dimensionAttribute },
  type([cache, rows, start], a) {
    const size = a.size;
    if (cache.shape.length < 2) throw new OpInputError("the cache must be [batch, capacity, ...]");
    const [batch, , ...rest] = cache.shape;
    if (!sameShape([rows.shape[0]!, ...rows.shape.slice(2)], [batch!, ...rest]))
      throw new OpInputError("the rows must have the cache's shape but for axis 1");
    if (start.dtype !== "i32" || start.shape.length) throw new OpInputError("start must be an i32 scalar");
    return [{ dtype: requireSameDType(cache, rows), shape: [batch!, size, ...rest] }];
  },
  evaluate([cache, rows, start], _, [shape]) {
    const [batch, size] = shape as [number, number];
    const inner = elementCountOfShape(shape.slice(2));
    const [capacity, length] = [cache.shape[1]!, rows.shape[1]!];
    const from = start.data[0]!;
    if (from < 0 || from + length > size || size > capacity)
      throw new OpInputError(`rows ${from} to ${from + length - 1} of ${size} in a cache of ${capacity}`);
    const y = makeArrayValues(shape);
    for (let b = 0; b < batch; b++) {
      y.data.set(cache.data.subarray(b * capacity * inner, (b * capacity + size) * inner), b * size * inner);
      y.data.set(rows.data.subarray(b * length * inner, (b + 1) * length * inner), (b * size + from) * inner);
    }
    return [y];
  },
  flops: () => 0,
});
