import { positiveIntegerAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const one_hot = defineOp({
  name: "one_hot",
  doc: "indices i32 [...] → f32 [..., `depth`]: 1 at the index, 0 elsewhere; all 0 where the index isn't in 0 … depth − 1.",
  inputs: ["indices"],
  attributes: { depth: positiveIntegerAttribute },
  type([indices], a) {
    if (indices.dtype !== "i32") throw new OpInputError(`indices must be i32, not ${indices.dtype}`);
    return [{ dtype: "f32", shape: [...indices.shape, a.depth] }];
  },
  evaluate([indices], a, [shape]) {
    const depth = a.depth;
    const y = makeArrayValues(shape);
    indices.data.forEach((k, i) => {
      if (k >= 0 && k < depth) y.data[i * depth + k] = 1;
    });
    return [y];
  },
  flops: () => 0,
});
