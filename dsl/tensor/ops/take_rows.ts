import { place_rows } from "./place_rows.js";
import { defineOp } from "../op.js";
import { OpInputError } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const take_rows = defineOp({
  name: "take_rows",
  doc:
    "(x [batch, length, n], rows i32 [m]) → [m, n]: row r of x flattened to [batch · length, n], for each r of `rows`. " +
    "What the trained positions of a language model are taken with, before the head. A row outside is an error.",
  bf16: "follows",
  part: "position",
  inputs: ["x", "rows"],
  type([x, rows]) {
    if (x.shape.length !== 3) throw new OpInputError("x must be [batch, length, n]");
    if (rows.dtype !== "i32" || rows.shape.length !== 1) throw new OpInputError("rows must be i32 [m]");
    return [{ dtype: x.dtype, shape: [rows.shape[0]!, x.shape[2]!] }];
  },
  gradient: (graph, { inputs: [x, rows] }, [dy]) => [graph.one(place_rows, [dy, rows, x]), undefined],
  evaluate([x, rows], _, [shape]) {
    const [batch, length, n] = x.shape as [number, number, number];
    const y = makeArrayValues(shape);
    rows.data.forEach((r, i) => {
      if (r < 0 || r >= batch * length) throw new OpInputError(`row ${r} of ${batch * length}`);
      y.data.set(x.data.subarray(r * n, (r + 1) * n), i * n);
    });
    return [y];
  },
  flops: () => 0,
});
