import type { Op } from "../op.js";
import { Misfit } from "../shape.js";
import { sizeOf, values } from "../values.js";

export const gather: Op = {
  name: "gather",
  doc: "(table [rows, ...], indices i32 of any shape) → the rows at the indices. An index outside is an error.",
  type([table, indices]) {
    if (indices!.dtype !== "i32") throw new Misfit(`indices must be i32, not ${indices!.dtype}`);
    if (table!.shape.length === 0) throw new Misfit("the table must have rows");
    return [{ dtype: table!.dtype, shape: [...indices!.shape, ...table!.shape.slice(1)] }];
  },
  gradient(graph, { inputs: [table, indices] }, [dy], wanted) {
    return [wanted[0] ? graph.one("scatter_rows", [indices!, dy!], { rows: table!.shape[0]! }) : undefined, undefined];
  },
  evaluate([table, indices], _, [shape]) {
    const row = sizeOf(table!.shape.slice(1));
    const y = values(shape!);
    indices!.data.forEach((r, i) => {
      if (r < 0 || r >= table!.shape[0]!) throw new Misfit(`row ${r} of ${table!.shape[0]}`);
      y.data.set(table!.data.subarray(r * row, (r + 1) * row), i * row);
    });
    return [y];
  },
};
