import { dtypeAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { isFloat } from "../shape.js";
import { fromNDArray, toNDArray } from "../values.js";

export const cast = defineOp({
  name: "cast",
  doc: "To another `dtype`; floats to i32 toward zero, to bool by ≠ 0.",
  makesWeight: true,
  inputs: ["x"],
  attributes: { dtype: dtypeAttribute },
  type: ([x], a) => [{ dtype: a.dtype, shape: x.shape }],
  gradient: (_, { inputs: [x] }, [dy]) => [isFloat(x.dtype) && isFloat(dy.dtype) ? dy.cast(x.dtype) : undefined],
  evaluate: ([x], a) => [fromNDArray(toNDArray(a.dtype, x))],
});
