import { dimensionAttribute, numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError, addToDimension } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

export const pad = defineOp({
  name: "pad",
  doc: "Zeros `before` and `after` along `axis`; at most one of its size and `after` has a name.",
  bf16: "follows",
  inputs: ["x"],
  attributes: { axis: numberAttribute, before: numberAttribute, after: dimensionAttribute },
  type([x], a) {
    const { axis, before, after } = a;
    const d = x.shape[axis];
    const bad = d === undefined || before < 0 || (typeof after === "number" ? after < 0 : typeof d === "string");
    if (bad) throw new OpInputError(`can't pad axis ${axis} (${String(d)})`);
    const size =
      typeof after === "number" ? addToDimension(d, before + after) : addToDimension(after, before + (d as number));
    return [{ dtype: x.dtype, shape: x.shape.map((s, i) => (i === axis ? size : s)) }];
  },
  gradient(_, { inputs: [x], attributes }, [dy]) {
    const { axis, before } = attributes;
    return [dy.slice(axis, before, x.shape[axis]!)];
  },
  evaluate([x], a, [shape]) {
    const { axis, before } = a;
    const inner = elementCountOfShape(x.shape.slice(axis));
    const y = makeArrayValues(shape);
    const row = elementCountOfShape(shape.slice(axis));
    for (let options = 0; options < elementCountOfShape(x.shape.slice(0, axis)); options++)
      y.data.set(
        x.data.subarray(options * inner, (options + 1) * inner),
        options * row + before * elementCountOfShape(x.shape.slice(axis + 1)),
      );
    return [y];
  },
});
