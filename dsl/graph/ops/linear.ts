import type { Op } from "../op.js";
import { elements, lastOf, Misfit, wantFloat, wantSameDType, wantShape } from "../shape.js";
import { values } from "../values.js";

export const linear: Op = {
  name: "linear",
  doc: "(x [..., in], weight [out, in], bias [out]?) → x · weightᵀ + bias, [..., out].",
  type([x, weight, bias]) {
    wantFloat(x!, "x");
    const dtype = wantSameDType(x!, weight!, ...(bias ? [bias] : []));
    const size = lastOf(x!, "x");
    const [out, into] = weight!.shape;
    if (weight!.shape.length !== 2 || into !== size) throw new Misfit(`the weight must be [out, ${size}]`);
    if (bias) wantShape(bias, [out!], "the bias");
    return [{ dtype, shape: [...x!.shape.slice(0, -1), out!] }];
  },
  gradient(graph, { inputs: [x, weight, bias] }, [dy], wanted) {
    return [
      wanted[0] ? graph.one("linear", [dy!, weight!.transpose([1, 0])]) : undefined,
      wanted[1] ? graph.one("outer_product", [dy!, x!]) : undefined,
      ...(bias ? [wanted[2] ? dy!.sum(dy!.shape.slice(0, -1).map((_, axis) => axis)) : undefined] : []),
    ];
  },
  evaluate([x, weight, bias], _, [shape]) {
    const [out, into] = weight!.shape as [number, number];
    const y = values(shape!);
    for (let r = 0; r < y.data.length / out; r++)
      for (let o = 0; o < out; o++) {
        let sum = bias ? bias.data[o]! : 0;
        for (let i = 0; i < into; i++) sum += x!.data[r * into + i]! * weight!.data[o * into + i]!;
        y.data[r * out + o] = sum;
      }
    return [y];
  },
  flops: ([x, weight], _, sizes) => 2 * elements(x!, sizes) * (weight!.shape[0] as number),
};
