import { shapeAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import type { Dimension } from "../program.js";
import { OpInputError } from "../shape.js";

/** Splits a shape into its numeric size and its named sizes, which a reshape must both preserve. */
function parts(shape: readonly Dimension[]): { count: number; names: string } {
  return {
    count: shape.reduce<number>((p, d) => (typeof d === "number" ? p * d : p), 1),
    names: shape.filter((d) => typeof d === "string").join("·"),
  };
}

export const reshape = defineOp({
  name: "reshape",
  doc: "The same elements in row-major order under another `shape`; named sizes keep their order.",
  bf16: "turns",
  memory: "view",
  inputs: ["x"],
  attributes: { shape: shapeAttribute },
  type([x], a) {
    const { shape } = a;
    const from = parts(x.shape);
    const to = parts(shape);
    if (from.count !== to.count || from.names !== to.names)
      throw new OpInputError(`doesn't reshape to [${shape.join(", ")}]`);
    return [{ dtype: x.dtype, shape }];
  },
  gradient: (_, { inputs: [x] }, [dy]) => [dy.reshape(x.shape)],
  rowPulled: (_, { inputs: [x] }, part) => [
    part.is === "whole" ? { is: "whole", d: part.d.reshape([part.d.shape[0] ?? 1, ...x.shape]) } : null,
  ],
  evaluate: ([x], _, [shape]) => [{ shape, data: x.data.slice() }],
});
