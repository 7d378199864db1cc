import { defineOp } from "../op.js";
import { OpInputError } from "../shape.js";

export const logical_not = defineOp({
  name: "logical_not",
  doc: "x bool → whether x doesn't hold.",
  inputs: ["x"],
  type([x]) {
    if (x.dtype !== "bool") throw new OpInputError(`every input must be bool, not ${x.dtype}`);
    return [x];
  },
  evaluate: ([x]) => [{ shape: x.shape, data: x.data.map((v) => (v ? 0 : 1)) }],
});
