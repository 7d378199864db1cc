import type { Op } from "../op.js";
import { Misfit } from "../shape.js";
import { sizeOf, values } from "../values.js";

interface Padding {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const pad: Op = {
  name: "pad",
  doc: "Zeros `before` and `after` along `axis`.",
  type([x], a) {
    const { axis, before, after } = a as unknown as Padding;
    const d = x!.shape[axis];
    if (typeof d !== "number" || before < 0 || after < 0) throw new Misfit(`can't pad axis ${axis} (${String(d)})`);
    return [{ dtype: x!.dtype, shape: x!.shape.map((s, i) => (i === axis ? before + d + after : s)) }];
  },
  gradient(_, { inputs: [x], attributes }, [dy]) {
    const { axis, before } = attributes as unknown as Padding;
    return [dy!.slice(axis, before, x!.shape[axis] as number)];
  },
  evaluate([x], a, [shape]) {
    const { axis, before } = a as unknown as Padding;
    const inner = sizeOf(x!.shape.slice(axis));
    const y = values(shape!);
    const row = sizeOf(shape!.slice(axis));
    for (let o = 0; o < sizeOf(x!.shape.slice(0, axis)); o++)
      y.data.set(x!.data.subarray(o * inner, (o + 1) * inner), o * row + before * sizeOf(x!.shape.slice(axis + 1)));
    return [y];
  },
};
