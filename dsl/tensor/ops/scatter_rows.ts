import { dimensionAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { OpInputError, requireShape } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

export const scatter_rows = defineOp({
  name: "scatter_rows",
  doc: "(indices i32, dy [...indices, ...row]) → [`rows`, ...row]: dy's rows summed at their indices, zero elsewhere. The gradient of gather.",
  inputs: ["indices", "dy"],
  outputs: ["dx"],
  attributes: { rows: dimensionAttribute },
  type([indices, dy], a) {
    if (indices.dtype !== "i32") throw new OpInputError(`indices must be i32, not ${indices.dtype}`);
    const rank = indices.shape.length;
    requireShape({ dtype: "i32", shape: dy.shape.slice(0, rank) }, indices.shape, "dy's leading dimensions");
    return [{ dtype: dy.dtype, shape: [a.rows, ...dy.shape.slice(rank)] }];
  },
  gradient: (_, { inputs: [indices] }, [d]) => [undefined, d.gather(indices)],
  evaluate([indices, dy], _, [shape]) {
    const row = elementCountOfShape(shape.slice(1));
    const y = makeArrayValues(shape);
    indices.data.forEach((r, i) => {
      for (let c = 0; c < row; c++) y.data[r * row + c] = y.data[r * row + c]! + dy.data[i * row + c]!;
    });
    return [y];
  },
});
