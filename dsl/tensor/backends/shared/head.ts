/** A chunked head and its gradient: separate nodes in the graph, but one pass over the chunks in an engine. */
import type { HeadLossSettings } from "#dsl/tensor/ops/shared/head.js";
import { isNodeOf, type NodeOfOp } from "#dsl/tensor/op.js";
import type { Program, Ref } from "#dsl/tensor/program.js";
import { opTable, type NodeOf } from "#dsl/tensor/table.js";

export interface HeadLossInputs {
  readonly settings: HeadLossSettings;
  readonly x: Ref;
  readonly weight: Ref;
  readonly labels: Ref;
  readonly bias: Ref | undefined;
}
export interface HeadLossGradientRequest {
  readonly dy: Ref;
  /** dy depends on the loss itself, so it cannot be folded into the pass that computes the loss. */
  readonly late: boolean;
  /** Which of dx, dweight, dbias the program uses. */
  readonly wants: readonly boolean[];
}

type HeadNode = NodeOf<"head_loss"> | NodeOf<"head_loss_gradient">;

function headOf(node: HeadNode): HeadLossInputs {
  const [x, weight, labels] = node.inputs;
  const bias = isNodeOf(node, opTable.head_loss_gradient) ? node.inputs[4] : node.inputs[3];
  return { settings: node.attributes, x, weight, labels, bias };
}
function keyOf({ settings, ...refs }: HeadLossInputs): string {
  return JSON.stringify([settings, refs]);
}

/** Returns the pass over a node's head, made once per lowering however many nodes request it. */
export function cachedHeadLossSweep<S, L extends { readonly program: Program; readonly sweeps: Map<string, S> }>(
  through: (l: L, head: HeadLossInputs, gradient: HeadLossGradientRequest | undefined) => S,
): (l: L, node: HeadNode) => S {
  return (l, node) => {
    const head = headOf(node);
    const key = keyOf(head);
    let sweep = l.sweeps.get(key);
    if (!sweep) l.sweeps.set(key, (sweep = through(l, head, gradientOf(l.program, key))));
    return sweep;
  };
}

/** Returns the gradient node of the same head, if the program uses one. */
function gradientOf(program: Program, key: string): HeadLossGradientRequest | undefined {
  const { nodes, outputs, updates } = program;
  const [index, node] = sameHead(program, opTable.head_loss_gradient, key) ?? [];
  if (index === undefined || !node) return undefined;
  const used = [
    ...nodes.flatMap((n) => n.inputs),
    ...Object.values(outputs),
    ...updates.flatMap((u) => (u.at ? [u.value, u.at.start] : [u.value])),
  ].filter((ref) => ref.node === index);
  if (used.length === 0) return undefined;
  const [, , , dy] = node.inputs;
  const wants = node.types.map((_, output) => used.some((ref) => ref.output === output));
  const [loss = -1] = sameHead(program, opTable.head_loss, key) ?? [];
  return { dy, late: leadsTo(program, loss, dy.node), wants };
}
/** Returns the first node of that op with the same head, and its index. */
function sameHead<P extends typeof opTable.head_loss | typeof opTable.head_loss_gradient>(
  { nodes }: Program,
  op: P,
  key: string,
): readonly [number, NodeOfOp<P>] | undefined {
  for (const [index, node] of nodes.entries())
    if (isNodeOf(node, op) && keyOf(headOf(node)) === key) return [index, node];
  return undefined;
}
/** Whether node `to` depends on node `from`. */
function leadsTo(program: Program, from: number, to: number): boolean {
  const seen = new Set<number>();
  const todo = [to];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (node === from) return true;
    if (node < from || seen.has(node)) continue;
    seen.add(node);
    todo.push(...program.nodes[node]!.inputs.map((ref) => ref.node));
  }
  return false;
}
