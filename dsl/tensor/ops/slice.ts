import { pad } from "./pad.js";
import { dimensionAttribute, numberAttribute, type InferAttributes } from "../attributes.js";
import { defineOp } from "../op.js";
import type { Dimension } from "../program.js";
import { perRowTableSliceGradient } from "./rows/row-part.js";
import { OpInputError, dimensionParts, addToDimension } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

const SLICE = { axis: numberAttribute, start: numberAttribute, size: dimensionAttribute };

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
      throw new OpInputError(`no slice ${start} + ${size} of axis ${axis} (${String(d)})`);
    return [{ dtype: x.dtype, shape: x.shape.map((s, i) => (i === axis ? size : s)) }];
  },
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [graph.one(pad, [dy], padding(attributes, x.shape))],
  rowPulled: (graph, { attributes: { axis, start, size } }, part) => [
    part.is === "whole" && axis === 0 && typeof size === "number"
      ? perRowTableSliceGradient(graph, start, size, part.d)
      : null,
  ],
  evaluate([x], a, [shape]) {
    const { axis, start } = a;
    const size = shape[axis]!;
    const outer = elementCountOfShape(x.shape.slice(0, axis));
    const inner = elementCountOfShape(x.shape.slice(axis + 1));
    const y = makeArrayValues(shape);
    for (let options = 0; options < outer; options++) {
      const from = (options * x.shape[axis]! + start) * inner;
      y.data.set(x.data.subarray(from, from + size * inner), options * size * inner);
    }
    return [y];
  },
});

function fits(d: Dimension, start: number, size: Dimension): boolean {
  if (typeof size === "string") return addToDimension(size, start) === d;
  return size >= 1 && start + size <= (typeof d === "number" ? d : dimensionParts(d).more);
}
function padding(
  a: InferAttributes<typeof SLICE>,
  shape: readonly Dimension[],
): { readonly axis: number; readonly before: number; readonly after: Dimension } {
  const { axis, start, size } = a;
  return { axis, before: start, after: typeof size === "string" ? 0 : addToDimension(shape[axis]!, -start - size) };
}
