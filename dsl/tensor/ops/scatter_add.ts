import { defineOp } from "../op.js";
import { OpInputError, requireSameDType, requireShape } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

export const scatter_add = defineOp({
  name: "scatter_add",
  doc:
    "(base [rows, ...row], indices i32, more [...indices, ...row]) → base with the rows of `more` added at their indices; several for one index add up. " +
    "An index outside is an error.",
  inputs: ["base", "indices", "more"],
  type([base, indices, more]) {
    if (indices.dtype !== "i32") throw new OpInputError(`indices must be i32, not ${indices.dtype}`);
    if (base.shape.length === 0) throw new OpInputError("the base must have rows");
    requireSameDType(base, more);
    requireShape(more, [...indices.shape, ...base.shape.slice(1)], "what is added");
    return [base];
  },
  gradient: (_, { inputs: [, indices] }, [dy], wanted) => [
    wanted[0] ? dy : undefined,
    undefined,
    wanted[2] ? dy.gather(indices) : undefined,
  ],
  evaluate([base, indices, more]) {
    const row = elementCountOfShape(base.shape.slice(1));
    const y = makeArrayValues(base.shape, base.data);
    indices.data.forEach((r, i) => {
      if (r < 0 || r >= base.shape[0]!) throw new OpInputError(`row ${r} of ${base.shape[0]}`);
      for (let c = 0; c < row; c++) y.data[r * row + c] = y.data[r * row + c]! + more.data[i * row + c]!;
    });
    return [y];
  },
  flops: ([, , more], _, sizes) => more.shape.reduce<number>((p, d) => p * (typeof d === "number" ? d : sizes[d]!), 1),
});
