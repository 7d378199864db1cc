import { dimensionAttribute, numberAttribute, optionalAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import type { Dimension } from "../program.js";
import { OpInputError, addToDimension, sameShape, requireSameDType } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

export const concat = defineOp({
  name: "concat",
  doc:
    "Joins tensors along `axis`, where at most one of the sizes has a name, or `size` says what they are together; the other " +
    "sizes agree.",
  bf16: "follows",
  inputs: ["...parts"],
  attributes: { axis: numberAttribute, size: optionalAttribute(dimensionAttribute) },
  type(inputs, a) {
    const axis = a.axis;
    const rest = (shape: readonly (number | string)[]): (number | string)[] =>
      shape.map((d, i) => (i === axis ? 0 : d));
    const first = inputs[0]!.shape;
    let total: Dimension = 0;
    for (const { shape } of inputs) {
      const d = shape[axis];
      if (d === undefined || !sameShape(rest(shape), rest(first)))
        throw new OpInputError(`can't join along axis ${axis}`);
      if (a.size !== undefined) total = a.size;
      else if (typeof d === "number") total = addToDimension(total, d);
      else if (typeof total === "number") total = addToDimension(d, total);
      else throw new OpInputError(`can't join "${total}" and "${d}" along axis ${axis}`);
    }
    return [{ dtype: requireSameDType(...inputs), shape: first.map((d, i) => (i === axis ? total : d)) }];
  },
  gradient(_, { inputs, attributes }, [dy], wanted) {
    const axis = attributes.axis;
    let start: Dimension = 0;
    return inputs.map((x, i) => {
      const size = x.shape[axis]!;
      const from: Dimension = start;
      start = typeof size === "number" ? addToDimension(from, size) : addToDimension(size, from as number);
      if (!wanted[i]) return undefined;
      if (typeof from !== "number")
        throw new OpInputError(`no gradient behind a part of named size along axis ${axis}`);
      return dy.slice(axis, from, size);
    });
  },
  evaluate(inputs, a, [shape]) {
    const axis = a.axis;
    const outer = elementCountOfShape(shape.slice(0, axis));
    const y = makeArrayValues(shape);
    let offset = 0;
    for (let options = 0; options < outer; options++)
      for (const x of inputs) {
        const inner = elementCountOfShape(x.shape.slice(axis));
        y.data.set(x.data.subarray(options * inner, (options + 1) * inner), offset);
        offset += inner;
      }
    return [y];
  },
});
