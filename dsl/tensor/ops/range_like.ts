import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const range_like = defineOp({
  name: "range_like",
  doc: "0, 1, 2, ... as i32, as many as x has along `axis`: positions.",
  inputs: ["x"],
  attributes: { axis: numberAttribute },
  type([x], a) {
    const d = x.shape[a.axis];
    if (d === undefined) throw new OpInputError(`there is no axis ${a.axis}`);
    return [{ dtype: "i32", shape: [d] }];
  },
  gradient: () => [undefined],
  evaluate: (_, __, [shape]) => [
    makeArrayValues(
      shape,
      Array.from({ length: shape[0]! }, (_, i) => i),
    ),
  ],
  flops: () => 0,
});
