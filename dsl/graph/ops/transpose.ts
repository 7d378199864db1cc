import type { Op } from "../op.js";
import { Misfit } from "../shape.js";
import { stridesOf, values, walk } from "../values.js";

export const transpose: Op = {
  name: "transpose",
  doc: "Axis i of the result is axis `order[i]` of x.",
  type([x], a) {
    const order = a["order"] as readonly number[];
    if ([...order].sort((p, q) => p - q).join() !== x!.shape.map((_, i) => i).join())
      throw new Misfit(`[${order.join(", ")}] is no order of ${x!.shape.length} axes`);
    return [{ dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) }];
  },
  gradient(_, { attributes }, [dy]) {
    const order = attributes["order"] as readonly number[];
    return [dy!.transpose(order.map((_, axis) => order.indexOf(axis)))];
  },
  evaluate([x], a, [shape]) {
    const strides = stridesOf(x!.shape);
    const y = values(shape!);
    const [from, to] = [x!.data, y.data];
    walk(shape!, [(a["order"] as readonly number[]).map((axis) => strides[axis]!)], (i, offsets) => {
      to[i] = from[offsets[0]!]!;
    });
    return [y];
  },
};
