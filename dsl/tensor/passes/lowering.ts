/**
 * Replaces ops that an engine does not support by their decomposition (`decompose`), repeatedly, until the engine can
 * run every op. It is not one of `optimise`'s passes: each engine's emitter calls it with its own table of ops.
 */
import { Graph } from "../builder.js";
import { isConstant, isInput } from "../leaves.js";
import type { Program, Ref } from "../program.js";
import { opOf } from "../table.js";
import { rewriteProgram, type ProgramEdit, type RewriteNode } from "./rewrite.js";

/** `runs`: reports whether the engine supports an op. A program of supported ops is returned unchanged. */
export function decomposeUnsupportedOps(program: Program, runs: (op: string) => boolean): Program {
  const made = (node: Program["nodes"][number]): boolean => opOf(node)?.decompose !== undefined && !runs(node.op);
  if (!program.nodes.some(made)) return program;
  const expand: RewriteNode = (node, edit) => (made(node) ? expanded(node, edit) : undefined);
  return rewriteProgram(program, () => expand);
}

/** Decomposes the op in a separate graph, whose nodes then replace it. */
const expanded: RewriteNode = (node, edit) => {
  const graph = new Graph();
  const inputs = node.inputs.map((ref, i) => graph.input(String(i), edit.typeOf(ref)));
  const outputs = opOf(node)?.decompose?.(inputs, node.attributes) ?? [];
  const refs = copied(graph, node.inputs, edit);
  return outputs.map(({ ref }) => refs[ref.node]![ref.output]!);
};

/** Copies the graph's nodes into the program; returns the new refs of each node's outputs. */
function copied(graph: Graph, inputs: readonly Ref[], edit: ProgramEdit): readonly (readonly Ref[])[] {
  const made: (readonly Ref[])[] = [];
  for (const node of graph.table) {
    if (isInput(node)) made.push([inputs[Number(node.attributes.name)]!]);
    else if (isConstant(node)) made.push([edit.constant(node.attributes.value)]);
    else {
      const from = node.inputs.map((ref) => made[ref.node]![ref.output]!);
      const { node: index } = edit.add(node.op, from, node.attributes);
      made.push(node.types.map((_, output) => ({ node: index, output })));
    }
  }
  return made;
}
