/** Constant folding: values that depend on constants alone are computed once, with the ops' float64 references. */
import { isConstant, isLeaf } from "../leaves.js";
import { opNamed } from "../table.js";
import { fromNDArray, elementCountOfShape, toNDArray } from "../values.js";
import type { Pass } from "./pass.js";
import { rewriteProgram, type RewriteNode } from "./rewrite.js";

/** Larger results (over 64 Ki elements) are cheaper to recompute than to store. */
const MOST = 65_536;

export const constantFolding: Pass = {
  name: "constant_folding",
  doc: "Computes what depends on constants alone, where the result stays small.",
  // Sums, products and roots equal f32 results; exponentials and similar functions are up to an ulp more exact than an
  // engine's.
  tolerance: 1e-6,
  run: (program) => rewriteProgram(program, () => fold),
};

const fold: RewriteNode = (node, edit) => {
  if (isLeaf(node) || node.inputs.length === 0) return undefined;
  const shapes = node.types.map((t) => t.shape);
  if (!shapes.every(isFixed) || shapes.some((shape) => elementCountOfShape(shape) > MOST)) return undefined;
  const inputs = node.inputs.map((ref) => edit.nodeOf(ref));
  if (!inputs.every(isConstant)) return undefined;
  const values = inputs.map((n) => fromNDArray(n.attributes.value));
  const results = opNamed(node.op).evaluate(values, node.attributes, shapes);
  return results.map((value, i) => edit.constant(toNDArray(node.types[i]!.dtype, value)));
};

function isFixed(shape: readonly (number | string)[]): shape is readonly number[] {
  return shape.every((d) => typeof d === "number");
}
