/**
 * Common sub-expressions: equal nodes are computed once, also those that only a pass made equal. Random ops are equal
 * only at the same site; nodes are equal only if they wait (`after`) for the same nodes.
 */
import type { Attribute, NDArray, Node } from "../program.js";
import { opOf } from "../table.js";
import type { Pass } from "./pass.js";
import { rewriteProgram, type RewriteNode } from "./rewrite.js";
import { isNDArray } from "../attributes.js";

export const commonSubexpressions: Pass = {
  name: "common_subexpressions",
  doc: "Computes equal nodes once.",
  tolerance: 0,
  run: (program) => rewriteProgram(program, merge),
};

/** Constants up to this many bytes are compared by value, larger ones by identity. */
const BY_VALUE = 4096;

function merge(): RewriteNode {
  const known = new Map<string, number>();
  const large = new Map<NDArray, number>();
  const keyText = (_: string, value: Attribute): unknown => {
    if (!isNDArray(value)) return value;
    const head = `${value.dtype}[${value.shape.join()}]`;
    if (value.bytes.length <= BY_VALUE) return `${head}${value.bytes.join()}`;
    if (!large.has(value)) large.set(value, large.size);
    return `${head}#${large.get(value)!}`;
  };
  const attributesOf = ({ attributes }: Node): string =>
    Object.values(attributes).some((value) => typeof value === "object")
      ? JSON.stringify(attributes, keyText)
      : JSON.stringify(attributes);
  const keyOf = (node: Node): string => {
    const inputs = node.inputs.map((ref) => `${ref.node}:${ref.output}`);
    if (opOf(node)?.commutes === "exactly") inputs.sort();
    return `${node.op}(${inputs.join()})${attributesOf(node)}@${node.after?.join() ?? ""}`;
  };
  return (node, edit) => {
    const key = keyOf(node);
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, edit.nodes.length);
      return undefined;
    }
    return node.types.map((_, output) => ({ node: first, output }));
  };
}
