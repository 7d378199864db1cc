import { pad } from "./pad.js";
import { numberAttribute, numberListAttribute } from "../attributes.js";
import type { Tensor } from "../tensor.js";
import { defineOp } from "../op.js";
import { OpInputError } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

export const split = defineOp({
  name: "split",
  doc: "x cut along `axis` into parts of the given `sizes`, one output each; their sum is the axis's size, a number.",
  bf16: "follows",
  inputs: ["x"],
  outputs: ["...parts"],
  attributes: { axis: numberAttribute, sizes: numberListAttribute },
  type([x], a) {
    const { axis, sizes } = a;
    const d = x.shape[axis];
    if (sizes.some((s) => s < 1) || sizes.reduce((p, s) => p + s, 0) !== d)
      throw new OpInputError(`parts of [${sizes.join(", ")}] don't make up axis ${axis} (${String(d)})`);
    return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((s, i) => (i === axis ? size : s)) }));
  },
  gradient(graph, { attributes }, dys) {
    const { axis, sizes } = attributes;
    const given = dys.filter((d) => d !== undefined);
    if (given.length === sizes.length) return [graph.concat(given, axis)];
    // Unread parts have no gradient; the others are added at their positions.
    const total = sizes.reduce((p, s) => p + s, 0);
    let before = 0;
    const placed: Tensor[] = [];
    dys.forEach((d, i) => {
      const size = sizes[i]!;
      if (d) placed.push(graph.one(pad, [d], { axis, before, after: total - before - size }));
      before += size;
    });
    return [placed.reduce((sum, d) => sum.add(d))];
  },
  evaluate([x], a, shapes) {
    const axis = a.axis;
    const outer = elementCountOfShape(x.shape.slice(0, axis));
    const row = elementCountOfShape(x.shape.slice(axis));
    let before = 0;
    return shapes.map((shape) => {
      const y = makeArrayValues(shape);
      const part = elementCountOfShape(shape.slice(axis));
      for (let options = 0; options < outer; options++)
        y.data.set(x.data.subarray(options * row + before, options * row + before + part), options * part);
      before += part;
      return y;
    });
  },
});
