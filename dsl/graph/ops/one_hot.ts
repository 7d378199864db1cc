import type { Op } from "../op.js";
import { Misfit } from "../shape.js";
import { values } from "../values.js";

export const one_hot: Op = {
  name: "one_hot",
  doc: "indices i32 [...] → f32 [..., `depth`]: 1 at the index, 0 elsewhere; all 0 where the index isn't in 0 … depth − 1.",
  type([indices], a) {
    if (indices!.dtype !== "i32") throw new Misfit(`indices must be i32, not ${indices!.dtype}`);
    const depth = a["depth"];
    if (typeof depth !== "number" || !Number.isInteger(depth) || depth < 1)
      throw new Misfit(`depth ${String(depth)} must be a whole number from 1`);
    return [{ dtype: "f32", shape: [...indices!.shape, depth] }];
  },
  evaluate([indices], a, [shape]) {
    const depth = a["depth"] as number;
    const y = values(shape!);
    indices!.data.forEach((k, i) => {
      if (k >= 0 && k < depth) y.data[i * depth + k] = 1;
    });
    return [y];
  },
  flops: () => 0,
};
