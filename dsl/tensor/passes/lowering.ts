/**
 * Ops that an engine has no way of its own to compute become what they are made of (`decompose`), and so on, until what is
 * left the engine runs. Not one of `optimise`'s passes: each engine's emitter asks for it with the table of what it runs.
 */
import { Graph } from "../builder.js";
import { isConstant, isInput } from "../leaves.js";
import type { Program, Ref } from "../program.js";
import { opOf } from "../table.js";
import { rewriteProgram, type ProgramEdit, type RewriteNode } from "./rewrite.js";

/** `runs`: whether the engine computes an op itself. A program of such ops alone comes back as it is. */
export function lowerProgram(program: Program, runs: (op: string) => boolean): Program {
  const made = (node: Program["nodes"][number]): boolean => opOf(node)?.decompose !== undefined && !runs(node.op);
  if (!program.nodes.some(made)) return program;
  const expand: RewriteNode = (node, edit) => (made(node) ? expanded(node, edit) : undefined);
  return rewriteProgram(program, () => expand);
}

/** The op is written with tensors once more, in a graph of its own, whose nodes take the place of the one. */
const expanded: RewriteNode = (node, edit) => {
  const graph = new Graph();
  const inputs = node.inputs.map((ref, i) => graph.input(String(i), edit.typeOf(ref)));
  const outputs = opOf(node)?.decompose?.(inputs, node.attributes) ?? [];
  const refs = copied(graph, node.inputs, edit);
  return outputs.map(({ ref }) => refs[ref.node]![ref.output]!);
};

/** For each node of the graph what stands for its outputs in the program that is written. */
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
