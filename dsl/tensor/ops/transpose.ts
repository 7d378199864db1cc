import { numberListAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { transposePerRowGradient } from "./rows/row-part.js";
import { OpInputError } from "../shape.js";
import { stridesOf, makeArrayValues, forEachPosition } from "../values.js";

export const transpose = defineOp({
  name: "transpose",
  doc: "Axis i of the result is axis `order[i]` of x.",
  bf16: "turns",
  memory: "turned",
  inputs: ["x"],
  attributes: { order: numberListAttribute },
  type([x], a) {
    const { order } = a;
    if ([...order].sort((p, q) => p - q).join() !== x.shape.map((_, i) => i).join())
      throw new OpInputError(`[${order.join(", ")}] is no order of ${x.shape.length} axes`);
    return [{ dtype: x.dtype, shape: order.map((axis) => x.shape[axis]!) }];
  },
  gradient(_, { attributes }, [dy]) {
    const { order } = attributes;
    return [dy.transpose(order.map((_, axis) => order.indexOf(axis)))];
  },
  rowPulled: (_, { attributes: { order } }, part) => [transposePerRowGradient(part, order)],
  evaluate([x], a, [shape]) {
    const strides = stridesOf(x.shape);
    const y = makeArrayValues(shape);
    const [from, to] = [x.data, y.data];
    const [rows = 0, columns = 0] = shape;
    if (shape.length === 2 && a.order[0] === 1) {
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) to[i * columns + j] = from[j * rows + i]!;
      return [y];
    }
    forEachPosition(shape, [a.order.map((axis) => strides[axis]!)], (i, offsets) => {
      to[i] = from[offsets[0]!]!;
    });
    return [y];
  },
});
