import type { Op } from "../op.js";
import { Misfit } from "../shape.js";
import { sizeOf, values } from "../values.js";

export const slice: Op = {
  name: "slice",
  doc: "`size` elements of `axis` from `start` on; the axis must have a number as size.",
  type([x], a) {
    const { axis, start, size } = a as { axis: number; start: number; size: number };
    const d = x!.shape[axis];
    if (typeof d !== "number" || start < 0 || size < 1 || start + size > d)
      throw new Misfit(`no slice ${start} + ${size} of axis ${axis} (${String(d)})`);
    return [{ dtype: x!.dtype, shape: x!.shape.map((s, i) => (i === axis ? size : s)) }];
  },
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [graph.one("pad", [dy!], padding(attributes, x!.shape))],
  evaluate([x], a, [shape]) {
    const { axis, start, size } = a as { axis: number; start: number; size: number };
    const outer = sizeOf(x!.shape.slice(0, axis));
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const y = values(shape!);
    for (let o = 0; o < outer; o++) {
      const from = (o * x!.shape[axis]! + start) * inner;
      y.data.set(x!.data.subarray(from, from + size * inner), o * size * inner);
    }
    return [y];
  },
};

function padding(a: Readonly<Record<string, unknown>>, shape: readonly (number | string)[]): Record<string, number> {
  const { axis, start, size } = a as { axis: number; start: number; size: number };
  return { axis, before: start, after: (shape[axis] as number) - start - size };
}
