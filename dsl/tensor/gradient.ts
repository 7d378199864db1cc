/**
 * Reverse-mode differentiation as a graph transform: appends the nodes that compute d(loss)/d(parameter). It visits
 * only nodes between a wanted tensor and the loss, so a frozen weight costs no weight gradient.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLeaf } from "./leaves.js";
import { opNamed } from "./table.js";
import type { GraphBuilder, Tensor } from "./tensor.js";

/**
 * Returns the gradients of a scalar `loss`, one per tensor of `wrt`; undefined where the loss does not depend on it.
 */
export function gradientsOfLoss(
  graph: GraphBuilder,
  loss: Tensor,
  wrt: readonly Tensor[],
): readonly (Tensor | undefined)[] {
  if (loss.rank !== 0) throw new CodedError("graph-invalid", { problem: "the loss must be a scalar" });
  return pulledBack(graph, [[loss, graph.number(1, loss.dtype)]], wrt, new Set());
}

/**
 * Back-propagates `slopes` (gradients of some tensors) to gradients of `wrt`. `seen` maps a forward tensor to its form
 * in the backward pass, whose shape its gradient then has; by default the tensor itself.
 */
export function backpropagateSlopes(
  graph: GraphBuilder,
  slopes: readonly (readonly [Tensor, Tensor])[],
  wrt: readonly Tensor[],
  seen: (t: Tensor) => Tensor = same,
): readonly (Tensor | undefined)[] {
  return pulledBack(graph, slopes, wrt, new Set(), seen);
}

const same = (t: Tensor): Tensor => t;

type Pulled = readonly (Tensor | undefined)[];

/** Returns gradients of `wrt`, given those of some tensors. Back-propagation stops at the nodes `ends`. */
function pulledBack(
  graph: GraphBuilder,
  given: readonly (readonly [Tensor, Tensor])[],
  wrt: readonly Tensor[],
  ends: ReadonlySet<number>,
  seen = same,
): Pulled {
  const last = Math.max(...given.map(([t]) => t.ref.node));
  const needed = nodesDependingOn(graph, wrt, last);
  const sums = new Map<string, Tensor>();
  const key = (node: number, output: number): string => `${node}:${output}`;
  const give = (t: Tensor, d: Tensor): void => {
    const k = key(t.ref.node, t.ref.output);
    const old = sums.get(k);
    sums.set(k, old ? old.add(d) : d);
  };
  given.forEach(([t, d]) => give(t, d));
  for (let index = last; index >= 0; index--) {
    const node = graph.table[index]!;
    if (!needed.has(index) || ends.has(index) || isLeaf(node)) continue;
    const dy = node.types.map((_, output) => sums.get(key(index, output)));
    if (dy.every((d) => d === undefined)) continue;
    const inputs = node.inputs.map((ref) => graph.tensor(ref));
    const wanted = node.inputs.map((ref) => needed.has(ref.node));
    const pull = (): Pulled => pulledThrough(graph, index, { inputs: inputs.map(seen), seen }, dy, wanted);
    const gradients = node.path ? graph.withPath(`${node.path}.gradient`, pull) : pull();
    gradients.forEach((d, i) => {
      if (d && wanted[i]) give(inputs[i]!, d);
    });
  }
  return wrt.map((t) => sums.get(key(t.ref.node, t.ref.output)));
}

/** Gradients of a node's inputs: by its op's rule, or through its decomposition. */
function pulledThrough(
  graph: GraphBuilder,
  index: number,
  { inputs, seen }: { readonly inputs: readonly Tensor[]; readonly seen: (t: Tensor) => Tensor },
  dy: Pulled,
  wanted: readonly boolean[],
): Pulled {
  const { op: name, attributes, types, path = "" } = graph.table[index]!;
  const op = opNamed(name);
  if (op.gradient) {
    const outputs = types.map((_, output) => seen(graph.tensor({ node: index, output })));
    return op.gradient(graph, { inputs, outputs, attributes }, dy, wanted);
  }
  if (!op.decompose) throw new CodedError("graph-no-gradient", { op: name, path });
  const made = op.decompose(inputs, attributes);
  const given = made.flatMap((y, i) => {
    const d = dy[i];
    return d ? [[y, d] as const] : [];
  });
  return pulledBack(graph, given, inputs, new Set(inputs.map((x) => x.ref.node)));
}

/** Returns the nodes up to `last` that depend on `wrt`. */
export function nodesDependingOn(graph: GraphBuilder, wrt: readonly Tensor[], last: number): ReadonlySet<number> {
  const needed = new Set(wrt.map((t) => t.ref.node));
  for (let index = 0; index <= last; index++)
    if (graph.table[index]!.inputs.some((ref) => needed.has(ref.node))) needed.add(index);
  return needed;
}
