import { oneOfAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const dequantize = defineOp({
  name: "dequantize",
  doc: "(codes i8 [rows, columns], scales f32, one for each place along `axis`) → codes · scales, f32: a weight stored as int8 by channel.",
  makesWeight: true,
  inputs: ["codes", "scales"],
  attributes: { axis: oneOfAttribute([0, 1]) },
  type([codes, scales], { axis }) {
    if (codes.dtype !== "i8" || codes.shape.length !== 2) throw new OpInputError("the codes must be i8 of two axes");
    if (scales.dtype !== "f32") throw new OpInputError(`scales must be f32, not ${scales.dtype}`);
    if (axis !== 0 && axis !== 1) throw new OpInputError("the axis must be 0 or 1");
    requireShape(scales, [codes.shape[axis]!], "the scales");
    return [{ dtype: "f32", shape: codes.shape }];
  },
  evaluate([codes, scales], { axis }, [shape]) {
    const columns = shape[1]!;
    const y = makeArrayValues(shape);
    codes.data.forEach((code, i) => {
      y.data[i] = code * scales.data[axis === 0 ? Math.floor(i / columns) : i % columns]!;
    });
    return [y];
  },
});
