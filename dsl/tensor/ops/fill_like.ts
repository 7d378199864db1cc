import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { makeArrayValues } from "../values.js";

export const fill_like = defineOp({
  name: "fill_like",
  doc: "(x) → x's type, every element `value`. Only the shape of x is looked at; no gradient flows to it.",
  inputs: ["x"],
  attributes: { value: numberAttribute },
  type: ([x]) => [x],
  gradient: () => [undefined],
  evaluate: (_, a, [shape]) => {
    const y = makeArrayValues(shape);
    y.data.fill(a.value);
    return [y];
  },
  flops: () => 0,
});
