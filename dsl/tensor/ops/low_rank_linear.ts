import { numberAttribute } from "../attributes.js";
import { byteSizeOf } from "../values.js";
import { defineOp } from "../op.js";
import { perRowMatrixGradient, sumWithinRowsToShape } from "./rows/row-part.js";
import { elementCount } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { linear } from "./linear.js";
import { low_rank_merge } from "./low_rank_merge.js";
import { outer_product } from "./outer_product.js";

export const low_rank_linear = defineOp({
  name: "low_rank_linear",
  doc:
    "(x [..., in], weight [out, in], a [rank, in], b [out, rank], bias [out]?) → x · (weight + `scale` · b a)ᵀ + bias: a linear layer with LoRA. " +
    "Its gradients of a and b are products of low rank; an engine may merge the weight, as it is small beside x.",
  product: true,
  byPosition: "first",
  inputs: ["x", "weight", "a", "b", "bias?"],
  attributes: { scale: numberAttribute },
  type([x, weight, a, b, bias], attributes) {
    const [merged] = low_rank_merge.type([weight, a, b], attributes);
    return linear.type(bias ? [x, merged, bias] : [x, merged], {});
  },
  gradient(graph, { inputs: [x, weight, a, b, bias], attributes }, [dy], wanted) {
    const { scale } = attributes;
    const merged = (): Tensor => graph.one(low_rank_merge, [weight, a, b], attributes);
    return [
      wanted[0] ? dy.linear(merged().transpose([1, 0])) : undefined,
      wanted[1] ? graph.one(outer_product, [dy, x]) : undefined,
      wanted[2] ? graph.one(outer_product, [dy.linear(b.transpose([1, 0])), x]).multiply(scale) : undefined,
      wanted[3] ? graph.one(outer_product, [dy, x.linear(a)]).multiply(scale) : undefined,
      ...(bias ? [wanted[4] ? dy.sum(dy.shape.slice(0, -1).map((_, axis) => axis)) : undefined] : []),
    ];
  },
  rowGradient: (_, { inputs: [x, , a, b, bias], attributes: { scale } }, dy, shared) =>
    shared.map((i) => {
      if (i === 1) return perRowMatrixGradient(dy, x);
      if (i === 2) return perRowMatrixGradient(dy.linear(b.transpose([1, 0])).multiply(scale), x);
      if (i === 3) return perRowMatrixGradient(dy.multiply(scale), x.linear(a));
      return i === 4 && bias ? sumWithinRowsToShape(bias, dy) : null;
    }),
  evaluate([x, weight, a, b, bias], attributes, shapes) {
    const [merged] = low_rank_merge.evaluate([weight, a, b], attributes, [weight.shape]);
    return linear.evaluate(bias ? [x, merged, bias] : [x, merged], {}, shapes);
  },
  flops: ([x, weight], _, sizes) => 2 * elementCount(x, sizes) * Number(weight.shape[0]),
  workspace: ([, weight], _, sizes) => 2 * byteSizeOf(weight, sizes),
});
