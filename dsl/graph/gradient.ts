/**
 * Reverse mode as a transform of the graph: appends the nodes that compute d(loss)/d(parameter). Only nodes that lead
 * from a wanted tensor to the loss are visited, so a frozen weight costs no weight gradient.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { isLeaf } from "./leaves.js";
import { opNamed } from "./table.js";
import type { Builder, Tensor } from "./tensor.js";

/** Gradients of a scalar `loss`, one per tensor of `wrt`; zero-dimensional dependence (none) gives undefined. */
export function gradient(graph: Builder, loss: Tensor, wrt: readonly Tensor[]): readonly (Tensor | undefined)[] {
  if (loss.rank !== 0) throw new CodedError("graph-invalid", { problem: "the loss must be a scalar" });
  const needed = leadsFrom(graph, wrt, loss);
  const sums = new Map<string, Tensor>();
  const key = (node: number, output: number): string => `${node}:${output}`;
  const give = (t: Tensor, d: Tensor): void => {
    const k = key(t.ref.node, t.ref.output);
    const old = sums.get(k);
    sums.set(k, old ? old.add(d) : d);
  };
  give(loss, graph.number(1, loss.dtype));
  for (let index = loss.ref.node; index >= 0; index--) {
    const node = graph.table[index]!;
    if (!needed.has(index) || isLeaf(node)) continue;
    const dy = node.types.map((_, output) => sums.get(key(index, output)));
    if (dy.every((d) => d === undefined)) continue;
    const op = opNamed(node.op);
    if (!op.gradient) throw new CodedError("graph-no-gradient", { op: node.op, path: node.path ?? "" });
    const inputs = node.inputs.map((ref) => graph.tensor(ref));
    const wanted = node.inputs.map((ref) => needed.has(ref.node));
    const outputs = node.types.map((_, output) => graph.tensor({ node: index, output }));
    const view = { inputs, outputs, attributes: node.attributes };
    const pull = (): readonly (Tensor | undefined)[] => op.gradient!(graph, view, dy, wanted);
    const gradients = node.path ? graph.at(`${node.path}.gradient`, pull) : pull();
    gradients.forEach((d, i) => {
      if (d && wanted[i]) give(inputs[i]!, d);
    });
  }
  return wrt.map((t) => sums.get(key(t.ref.node, t.ref.output)));
}

/** Nodes on a way from `wrt` to `loss`. */
function leadsFrom(graph: Builder, wrt: readonly Tensor[], loss: Tensor): ReadonlySet<number> {
  const needed = new Set(wrt.map((t) => t.ref.node));
  for (let index = 0; index <= loss.ref.node; index++)
    if (graph.table[index]!.inputs.some((ref) => needed.has(ref.node))) needed.add(index);
  return needed;
}
