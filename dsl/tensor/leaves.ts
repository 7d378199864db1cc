/** Nodes that bring values in. They are not ops: the builder makes them, and they have no inputs and no gradient. */
import type { NDArray, Node } from "./program.js";

export const LEAF_OPS: ReadonlySet<string> = new Set(["input", "state", "constant"]);

type Named = Node & { readonly attributes: { readonly name: string } };
export type InputNode = Named & { readonly op: "input" };
export type StateNode = Named & { readonly op: "state" };
export type ConstantNode = Node & { readonly op: "constant"; readonly attributes: { readonly value: NDArray } };

export function isInput(node: Node): node is InputNode {
  return node.op === "input";
}
export function isState(node: Node): node is StateNode {
  return node.op === "state";
}
export function isConstant(node: Node): node is ConstantNode {
  return node.op === "constant";
}
export type Leaf = InputNode | StateNode | ConstantNode;
export function isLeaf(node: Node): node is Leaf {
  return LEAF_OPS.has(node.op);
}
