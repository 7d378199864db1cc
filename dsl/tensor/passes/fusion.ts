/**
 * Fusion into kernels that engines have: an activation moves into the preceding linear layer if nothing else reads the
 * value between them. A gelu whose gradient is needed keeps its input and is not fused; relu, tanh and sigmoid have
 * gradients computed from their result, so they are fused in training too. Chains of elementwise ops are left to the
 * engines: TensorFlow's own optimizer fuses tanh, sigmoid and silu after a product (measured: no gain from fusing them
 * in this pass).
 */
import { linearActivationNameOf } from "../ops/shared/activation.js";
import { isNodeOf } from "../op.js";
import type { Ref } from "../program.js";
import { opTable } from "../table.js";
import type { Pass } from "./pass.js";
import { constantNumber } from "./pattern.js";
import { rewriteProgram, type ProgramEdit, type RewriteNode } from "./rewrite.js";

export const fusion: Pass = {
  name: "fusion",
  doc: "Takes activations into the linear layer before them.",
  tolerance: 1e-6,
  run: (program) => rewriteProgram(rewriteProgram(program, slopesFromResults), () => intoLinear),
};

const intoLinear: RewriteNode = (node, edit) => {
  const activation = node.inputs.length === 1 ? linearActivationNameOf(node) : undefined;
  const [x] = node.inputs;
  if (activation === undefined || !x) return undefined;
  const product = edit.nodeOf(x);
  if (!isNodeOf(product, opTable.linear) || product.inputs.length !== 3 || product.attributes.activation !== undefined)
    return undefined;
  if (edit.readers(x) !== 1) return undefined;
  return [edit.add("linear", product.inputs, { ...product.attributes, activation }, product.path)];
};

/** Rewrites `x > 0` to `relu(x) > 0` where relu(x) exists, so that x has one reader less. */
function slopesFromResults(): RewriteNode {
  const results = new Map<string, number>();
  return (node, edit) => {
    const [x, zero] = node.inputs;
    const key = x && `${x.node}:${x.output}`;
    if (isNodeOf(node, opTable.relu)) results.set(key!, edit.nodes.length);
    const result = isNodeOf(node, opTable.greater) && isZero(edit, zero!) ? results.get(key!) : undefined;
    return result === undefined ? undefined : [edit.add("greater", [{ node: result, output: 0 }, zero!])];
  };
}

function isZero(edit: ProgramEdit, ref: Ref): boolean {
  return constantNumber(edit, ref) === 0;
}
