import type { Op } from "../op.js";
import { Misfit, sameShape, wantSameDType } from "../shape.js";
import { sizeOf, values } from "../values.js";

export const concat: Op = {
  name: "concat",
  doc: "Joins tensors along `axis`, whose sizes must be numbers; the other sizes agree.",
  type(inputs, a) {
    const axis = a["axis"] as number;
    const rest = (shape: readonly (number | string)[]): (number | string)[] =>
      shape.map((d, i) => (i === axis ? 0 : d));
    const first = inputs[0]!.shape;
    let total = 0;
    for (const { shape } of inputs) {
      const d = shape[axis];
      if (typeof d !== "number" || !sameShape(rest(shape), rest(first)))
        throw new Misfit(`can't join along axis ${axis}`);
      total += d;
    }
    return [{ dtype: wantSameDType(...inputs), shape: first.map((d, i) => (i === axis ? total : d)) }];
  },
  gradient(_, { inputs, attributes }, [dy], wanted) {
    const axis = attributes["axis"] as number;
    let start = 0;
    return inputs.map((x, i) => {
      const size = x.shape[axis] as number;
      start += size;
      return wanted[i] ? dy!.slice(axis, start - size, size) : undefined;
    });
  },
  evaluate(inputs, a, [shape]) {
    const axis = a["axis"] as number;
    const outer = sizeOf(shape!.slice(0, axis));
    const y = values(shape!);
    let at = 0;
    for (let o = 0; o < outer; o++)
      for (const x of inputs) {
        const inner = sizeOf(x.shape.slice(axis));
        y.data.set(x.data.subarray(o * inner, (o + 1) * inner), at);
        at += inner;
      }
    return [y];
  },
};
