import { place_position } from "./place_position.js";
import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const take_position = defineOp({
  name: "take_position",
  doc: "x [batch, length, n] → [batch, n] at `position` (counted from 0) of each sequence.",
  bf16: "follows",
  part: "position",
  inputs: ["x"],
  attributes: { position: numberAttribute },
  type([x], a) {
    if (x.shape.length !== 3) throw new OpInputError("x must be [batch, length, n]");
    const [batch, length, n] = x.shape;
    const position = a.position;
    if (position < 0 || (typeof length === "number" && position >= length))
      throw new OpInputError(`no position ${position}`);
    return [{ dtype: x.dtype, shape: [batch!, n!] }];
  },
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [graph.one(place_position, [dy, x], attributes)],
  evaluate([x], a, [shape]) {
    const [batch, n] = shape as [number, number];
    const length = x.shape[1]!;
    const y = makeArrayValues(shape);
    for (let b = 0; b < batch; b++) {
      const start = (b * length + a.position) * n;
      y.data.set(x.data.subarray(start, start + n), b * n);
    }
    return [y];
  },
  flops: () => 0,
});
