import { scatter_rows } from "./scatter_rows.js";
import { numberAttribute, optionalAttribute } from "../attributes.js";
import type { Tensor } from "../tensor.js";
import { defineOp } from "../op.js";
import { perRowTableGradient } from "./rows/row-part.js";
import { OpInputError } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

export const gather = defineOp({
  name: "gather",
  doc:
    "(table [rows, ...], indices i32 of any shape) → the rows at the indices. An index outside is an error. " +
    "`padding`: a row of the table that gets no gradient.",
  takesRows: true,
  inputs: ["table", "indices"],
  attributes: { padding: optionalAttribute(numberAttribute) },
  type([table, indices]) {
    if (indices.dtype !== "i32") throw new OpInputError(`indices must be i32, not ${indices.dtype}`);
    if (table.shape.length === 0) throw new OpInputError("the table must have rows");
    return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }];
  },
  gradient(graph, { inputs: [table, indices], attributes: { padding } }, [dy], wanted) {
    if (!wanted[0]) return [undefined, undefined];
    const usedGradient = typeof padding === "number" ? without(indices, padding, dy) : dy;
    return [graph.one(scatter_rows, [indices, usedGradient], { rows: table.shape[0]! }), undefined];
  },
  rowGradient: (_, { inputs: [, indices], attributes: { padding } }, dy, shared) =>
    shared.map((i) => (i === 0 ? perRowTableGradient(indices, dy, padding) : null)),
  rowPulled: (_, { inputs: [, indices], attributes: { padding } }, part) => [
    part.is === "whole" ? perRowTableGradient(indices, part.d, padding) : null,
    undefined,
  ],
  evaluate([table, indices], _, [shape]) {
    const row = elementCountOfShape(table.shape.slice(1));
    const y = makeArrayValues(shape);
    indices.data.forEach((r, i) => {
      if (r < 0 || r >= table.shape[0]!) throw new OpInputError(`row ${r} of ${table.shape[0]}`);
      y.data.set(table.data.subarray(r * row, (r + 1) * row), i * row);
    });
    return [y];
  },
});

/** Returns dy [...indices, ...row] with zeros where the index is `padding`. */
function without(indices: Tensor, padding: number, dy: Tensor): Tensor {
  const row = dy.shape.slice(indices.rank).map(() => 1);
  return dy.multiply(
    indices
      .notEqual(padding)
      .cast(dy.dtype)
      .reshape([...indices.shape, ...row]),
  );
}
