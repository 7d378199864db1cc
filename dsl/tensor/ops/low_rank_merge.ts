import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError, requireSameDType, requireShape } from "../shape.js";
import { makeArrayValues, byteSizeOf } from "../values.js";

export const low_rank_merge = defineOp({
  name: "low_rank_merge",
  doc: "(weight [out, in], a [rank, in], b [out, rank]) → weight + `scale` · b a.",
  makesWeight: true,
  inputs: ["weight", "a", "b"],
  attributes: { scale: numberAttribute },
  type([weight, a, b]) {
    requireSameDType(weight, a, b);
    const [out, into] = weight.shape;
    const [rank] = a.shape;
    if (weight.shape.length !== 2 || typeof rank !== "number")
      throw new OpInputError("the weight must be [out, in], a [rank, in]");
    requireShape(a, [rank, into!], "a");
    requireShape(b, [out!, rank], "b");
    return [weight];
  },
  gradient(_, { inputs: [, a, b], attributes }, [d], wanted) {
    const scale = attributes.scale;
    return [
      d,
      wanted[1] ? b.matmul(d, { transposeA: true }).multiply(scale) : undefined,
      wanted[2] ? d.matmul(a, { transposeB: true }).multiply(scale) : undefined,
    ];
  },
  evaluate([weight, a, b], attributes, [shape]) {
    const [out, into] = shape as [number, number];
    const rank = a.shape[0]!;
    const y = makeArrayValues(shape, weight.data);
    for (let options = 0; options < out; options++)
      for (let r = 0; r < rank; r++) {
        const factor = attributes.scale * b.data[options * rank + r]!;
        for (let i = 0; i < into; i++)
          y.data[options * into + i] = y.data[options * into + i]! + factor * a.data[r * into + i]!;
      }
    return [y];
  },
  flops: ([weight, a], _, sizes) => {
    const size = weight.shape.reduce<number>((p, d) => p * (typeof d === "number" ? d : sizes[d]!), 1);
    return 2 * size * (a.shape[0] as number);
  },
  workspace: ([weight], _, sizes) => byteSizeOf(weight, sizes),
});
