import { defineOp } from "../op.js";
import { OpInputError, sameShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const place_rows = defineOp({
  name: "place_rows",
  doc:
    "(dy [m, n], rows i32 [m], like [batch, length, n]) → like's shape: dy's rows summed at `rows` of the flattened batch · length, zero elsewhere. " +
    "The gradient of take_rows; no gradient flows to `like`.",
  part: "position",
  inputs: ["dy", "rows", "like"],
  outputs: ["dx"],
  type([dy, rows, like]) {
    if (like.shape.length !== 3) throw new OpInputError("like must be [batch, length, n]");
    if (rows.dtype !== "i32" || rows.shape.length !== 1) throw new OpInputError("rows must be i32 [m]");
    const wanted = [rows.shape[0]!, like.shape[2]!];
    if (!sameShape(dy.shape, wanted)) throw new OpInputError(`dy must be [${wanted.join(", ")}]`);
    return [{ dtype: dy.dtype, shape: like.shape }];
  },
  gradient: (_, { inputs: [, rows] }, [d]) => [d.takeRows(rows), undefined, undefined],
  evaluate([dy, rows], _, [shape]) {
    const n = shape[2]!;
    const y = makeArrayValues(shape);
    rows.data.forEach((r, i) => {
      if (r < 0 || r >= shape[0]! * shape[1]!) throw new OpInputError(`row ${r} of ${shape[0]! * shape[1]!}`);
      for (let c = 0; c < n; c++) y.data[r * n + c] = y.data[r * n + c]! + dy.data[i * n + c]!;
    });
    return [y];
  },
  flops: ([dy], _, sizes) => dy.shape.reduce<number>((p, d) => p * (typeof d === "number" ? d : sizes[d]!), 1),
});
