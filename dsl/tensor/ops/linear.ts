import { outer_product } from "./outer_product.js";
import { fusedActivationOf, LINEAR_ATTRIBUTES } from "./shared/activation.js";
import { defineOp } from "../op.js";
import { perRowMatrixGradient, sumWithinRowsToShape } from "./rows/row-part.js";
import { elementCount, lastDimension, OpInputError, requireFloat, requireSameDType, requireShape } from "../shape.js";
import { addProducts } from "../numbers/products.js";
import { makeArrayValues, byteSizeOf } from "../values.js";

export const linear = defineOp({
  name: "linear",
  doc:
    "(x [..., in], weight [out, in], bias [out]?) → x · weightᵀ + bias, [..., out]; then, only with a bias, `activation` " +
    "(relu, tanh, sigmoid, gelu, gelu_tanh; absent: none), which an engine may compute in the product's own kernel.",
  product: true,
  byPosition: "first",
  inputs: ["x", "weight", "bias?"],
  attributes: LINEAR_ATTRIBUTES,
  type([x, weight, bias], attributes) {
    if (fusedActivationOf(attributes) && !bias) throw new OpInputError("an activation goes with a bias");
    requireFloat(x, "x");
    const dtype = requireSameDType(x, weight, ...(bias ? [bias] : []));
    const size = lastDimension(x, "x");
    const [out, into] = weight.shape;
    if (weight.shape.length !== 2 || into !== size) throw new OpInputError(`the weight must be [out, ${size}]`);
    if (bias) requireShape(bias, [out!], "the bias");
    return [{ dtype, shape: [...x.shape.slice(0, -1), out!] }];
  },
  gradient(graph, { inputs: [x, weight, bias], outputs: [y], attributes }, [d], wanted) {
    const activation = fusedActivationOf(attributes);
    // The slope of relu, tanh and sigmoid follows from the result: y > 0 where x > 0.
    const dy = activation ? activation.gradient(graph, activation.fromResult ? y : x.linear(weight, bias), y, d) : d;
    if (!dy) return [];
    return [
      wanted[0] ? dy.linear(weight.transpose([1, 0])) : undefined,
      wanted[1] ? graph.one(outer_product, [dy, x]) : undefined,
      ...(bias ? [wanted[2] ? dy.sum(dy.shape.slice(0, -1).map((_, axis) => axis)) : undefined] : []),
    ];
  },
  rowGradient: (_, { inputs: [x, , bias], attributes }, dy, shared) =>
    shared.map((i) => {
      if (fusedActivationOf(attributes)) return null;
      if (i === 1) return perRowMatrixGradient(dy, x);
      return i === 2 && bias ? sumWithinRowsToShape(bias, dy) : null;
    }),
  evaluate([x, weight, bias], attributes, [shape]) {
    const [out, into] = weight.shape as [number, number];
    const y = makeArrayValues(shape);
    const [from, by, to] = [x.data, weight.data, y.data];
    for (let r = 0; r < to.length / out; r++) {
      if (bias) to.set(bias.data, r * out);
      addProducts({ data: from, start: r * into, size: into }, by, { data: to, start: r * out, size: out });
    }
    const activation = fusedActivationOf(attributes);
    return [activation ? activation.evaluate(y) : y];
  },
  flops: ([x, weight], _, sizes) => 2 * elementCount(x, sizes) * (weight.shape[0] as number),
  // The matrix library repacks the weight into blocks.
  workspace: ([, weight], _, sizes) => byteSizeOf(weight, sizes),
});
