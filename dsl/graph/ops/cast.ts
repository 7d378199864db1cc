import type { Op } from "../op.js";
import type { DType } from "../program.js";
import { isFloat } from "../shape.js";
import { fromNDArray, toNDArray } from "../values.js";

export const cast: Op = {
  name: "cast",
  doc: "To another `dtype`; floats to i32 toward zero, to bool by ≠ 0.",
  type: ([x], a) => [{ dtype: a["dtype"] as DType, shape: x!.shape }],
  gradient: (_, { inputs: [x] }, [dy]) => [isFloat(x!.dtype) && isFloat(dy!.dtype) ? dy!.cast(x!.dtype) : undefined],
  evaluate: ([x], a) => [fromNDArray(toNDArray(a["dtype"] as DType, x!))],
};
