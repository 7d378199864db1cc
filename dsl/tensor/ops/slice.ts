import { pad } from "./pad.js";
import { dimension, number, type Infer } from "../attributes.js";
import { defineOp } from "../op.js";
import type { Dimension } from "../program.js";
import { rowsFrom } from "./rows/row-part.js";
import { Misfit, partsOf, plus } from "../shape.js";
import { sizeOf, values } from "../values.js";

const SLICE = { axis: number, start: number, size: dimension };

export const slice = defineOp({
  name: "slice",
  doc: "`size` elements of `axis` from `start` on. Of an axis whose size has a name, a number of those that are sure to be there, or all from `start` on.",
  bf16: "follows",
  takesRows: true,
  inputs: ["x"],
  attributes: SLICE,
  type([x], a) {
    const { axis, start, size } = a;
    const d = x.shape[axis];
    if (d === undefined || start < 0 || !fits(d, start, size))
      throw new Misfit(`no slice ${start} + ${size} of axis ${axis} (${String(d)})`);
    return [{ dtype: x.dtype, shape: x.shape.map((s, i) => (i === axis ? size : s)) }];
  },
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [graph.one(pad, [dy], padding(attributes, x.shape))],
  rowPulled: (graph, { attributes: { axis, start, size } }, part) => [
    part.is === "whole" && axis === 0 && typeof size === "number" ? rowsFrom(graph, start, size, part.d) : null,
  ],
  evaluate([x], a, [shape]) {
    const { axis, start } = a;
    const size = shape[axis]!;
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const y = values(shape);
    for (let o = 0; o < outer; o++) {
      const from = (o * x.shape[axis]! + start) * inner;
      y.data.set(x.data.subarray(from, from + size * inner), o * size * inner);
    }
    return [y];
  },
});

function fits(d: Dimension, start: number, size: Dimension): boolean {
  if (typeof size === "string") return plus(size, start) === d;
  return size >= 1 && start + size <= (typeof d === "number" ? d : partsOf(d).more);
}
function padding(
  a: Infer<typeof SLICE>,
  shape: readonly Dimension[],
): { readonly axis: number; readonly before: number; readonly after: Dimension } {
  const { axis, start, size } = a;
  return { axis, before: start, after: typeof size === "string" ? 0 : plus(shape[axis]!, -start - size) };
}
