/**
 * Gradients of embeddings. A table that is also the head (tied weights) gets a dense gradient from the head. The rows
 * of the looked-up tokens are added to it in place, which saves a second dense table and a sum.
 */
import type { Ref } from "#dsl/tensor/program.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";
import { applyElementwise } from "../../shared/elementwise.js";

/** Lowers dense + scatter_rows(indices, dy) in place, where nothing else reads the scattered rows. */
function scatteredInto(l: Lowering, node: NodeOf<"add">): string | undefined {
  const scatters = (ref: Ref): boolean => l.nodeOf(ref).op === "scatter_rows" && l.usesOf(ref) === 1;
  const index = node.inputs.findIndex(scatters);
  const dense = node.inputs[1 - index];
  if (index < 0 || !dense || scatters(dense) || node.types[0].shape.length !== 2) return undefined;
  if (l.typeOf(dense).shape.length !== 2 || l.dtypeOf(dense) !== "f32") return undefined;
  const [indices, dy] = l.nodeOf(node.inputs[index]!).inputs;
  if (l.dtypeOf(dy!) !== "f32") return undefined;
  const rows = l.reshape(l.full(indices!), l.graph.integers([-1, 1]), "i32");
  return l.graph.node("TensorScatterAdd", [l.full(dense), rows, l.flat(dy!)], {
    T: { type: "f32" },
    Tindices: { type: "i32" },
    bad_indices_policy: { text: "" },
  });
}

export const embeddingLowerings = {
  add: (l, node) => [
    () => {
      const full = scatteredInto(l, node);
      return full === undefined
        ? applyElementwise(l, node, (inputs) => l.op("AddV2", inputs, l.dtypeOf(node.inputs[0])))
        : { full };
    },
  ],
} satisfies Lowerings;
