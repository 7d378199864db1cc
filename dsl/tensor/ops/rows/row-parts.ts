/**
 * Per-row gradients of every parameter. Where a value shared by all rows meets the rows, the op's rule `Op.rowGradient`
 * applies; from there `Op.rowPulled` leads back to the parameters.
 */
import { backpropagateSlopes, nodesDependingOn } from "../../gradient.js";
import { isLeaf } from "../../leaves.js";
import type { GradientRuleNode } from "../../op.js";
import type { Dimension, Node, Ref } from "../../program.js";
import { gather } from "../gather.js";
import type { GraphBuilder, Tensor } from "../../tensor.js";
import type { PerRowGradient } from "./row-part.js";
import { opOf } from "../../table.js";

/** A node where a value shared by all rows meets the rows. */
interface Meeting {
  readonly index: number;
  /** Positions of the inputs that all rows share. */
  readonly shared: readonly number[];
}

/** A quantity computed per row, and the gradient to back-propagate from it. */
export interface DifferentiatedRows {
  readonly quantity: Tensor;
  /** Gradient of `quantity`, in its shape; with several gradients per row, [pairs, ...]. */
  readonly slope: Tensor;
  /**
   * i32 [pairs]: the row of each gradient. The forward pass runs once per row, the backward pass once per pair.
   * Defaults to one gradient per row.
   */
  readonly pairs?: Tensor;
}

/** For a loss that is a sum over rows. */
export const lossAsDifferentiatedRows = (loss: Tensor): DifferentiatedRows => ({
  quantity: loss,
  slope: loss.graph.number(1, loss.dtype),
});

/**
 * Returns, for each of `wrt`, the parts whose sum is its gradient; empty if nothing depends on it. `rows`: name of the
 * first axis of all per-row values. `path`: suffix for the paths of nodes made where rows meet shared values. Null: an
 * op has no rule, so rows must be run one by one.
 */
export function rowGradientParts(
  graph: GraphBuilder,
  { quantity, slope, pairs }: DifferentiatedRows,
  wrt: readonly Tensor[],
  rows: Dimension,
  path: string,
): readonly (readonly PerRowGradient[])[] | null {
  const last = quantity.ref.node;
  const needed = nodesDependingOn(graph, wrt, last);
  const meetings = meetingsIn(graph.table, needed, rows, last);
  if (!meetings?.every(({ index }) => opOf(graph.table[index]!)?.rowGradient)) return null;
  const nodes = graph.table;
  if (pairs && !nodes.slice(0, last + 1).every((node) => isOfRows(node, rows))) return null;
  const seen = pairs ? pairedBy(pairs, rows) : (t: Tensor): Tensor => t;
  const tensors = meetings.map(({ index }) => graph.tensor({ node: index, output: 0 }));
  const slopes = backpropagateSlopes(graph, [[quantity, slope]], tensors, seen);
  const places = new Map(wrt.map((t, i) => [t.ref.node, i] as const));
  const parts: PerRowGradient[][] = wrt.map(() => []);
  for (const [i, { index, shared }] of meetings.entries()) {
    const dy = slopes[i];
    if (!dy) continue;
    const node = graph.table[index]!;
    const rowPath = node.path === undefined ? undefined : `${node.path}.${path}`;
    const rowGradients = () => opOf(node)?.rowGradient?.(graph, viewOf(graph, index, seen), dy, shared) ?? [null];
    const found = rowPath === undefined ? rowGradients() : graph.withPath(rowPath, rowGradients);
    for (const [i, part] of found.entries()) {
      const ended = part && pulledToParameter(graph, node.inputs[shared[i]!]!, part, (ref) => places.has(ref.node));
      if (!ended) return null;
      for (const { node: parameter, part: gradientPart } of ended) parts[places.get(parameter)!]!.push(gradientPart);
    }
  }
  return parts;
}

/** Gathers per-row tensors to per-pair tensors, each once. */
function pairedBy(pairs: Tensor, rows: Dimension): (t: Tensor) => Tensor {
  const made = new Map<string, Tensor>();
  return (t) => {
    if (t.shape[0] !== rows) return t;
    const key = `${String(t.ref.node)}:${String(t.ref.output)}`;
    const found = made.get(key) ?? t.graph.one(gather, [t, pairs], {});
    made.set(key, found);
    return found;
  };
}

/** Reports whether the row axis is nowhere but first. */
function isOfRows({ types }: Node, rows: Dimension): boolean {
  return types.every(({ shape }) => shape.lastIndexOf(rows) <= 0);
}

function viewOf(graph: GraphBuilder, index: number, seen: (t: Tensor) => Tensor = (t) => t): GradientRuleNode {
  const { inputs, types, attributes } = graph.table[index]!;
  return {
    inputs: inputs.map((ref) => seen(graph.tensor(ref))),
    outputs: types.map((_, output) => seen(graph.tensor({ node: index, output }))),
    attributes,
  };
}

/** Maps a part of the gradient at `ref` back to parts of its parameters; null if an op on the way has no rule. */
function pulledToParameter(
  graph: GraphBuilder,
  ref: Ref,
  part: PerRowGradient,
  isParameter: (ref: Ref) => boolean,
): readonly { readonly node: number; readonly part: PerRowGradient }[] | null {
  const node = graph.table[ref.node]!;
  if (isParameter(ref)) return [{ node: ref.node, part }];
  // Untrained inputs need no gradient.
  if (isLeaf(node)) return [];
  const pulled = ref.output === 0 ? opOf(node)?.rowPulled?.(graph, viewOf(graph, ref.node), part) : undefined;
  if (!pulled) return null;
  const found: { node: number; part: PerRowGradient }[] = [];
  for (const [i, pulledPart] of pulled.entries()) {
    if (pulledPart === undefined) continue;
    const ended = pulledPart && pulledToParameter(graph, node.inputs[i]!, pulledPart, isParameter);
    if (!ended) return null;
    found.push(...ended);
  }
  return found;
}

/** Null: a value shared by all rows meets a value in which the rows are already mixed. */
function meetingsIn(
  table: readonly Node[],
  needed: ReadonlySet<number>,
  rows: Dimension,
  last: number,
): readonly Meeting[] | null {
  /** Kind of each needed node: shared by all rows, per row, or after the rows are mixed. */
  const kinds = new Map<number, "shared" | "row" | "after">();
  const found: Meeting[] = [];
  for (let index = 0; index <= last; index++) {
    if (!needed.has(index)) continue;
    const node = table[index]!;
    const given = node.inputs.map(({ node: from }) => kinds.get(from));
    const shared = given.flatMap((kind, i) => (kind === "shared" ? [i] : []));
    if (isLeaf(node)) kinds.set(index, "shared");
    else if (node.types[0]?.shape[0] === rows) {
      kinds.set(index, "row");
      if (shared.length > 0) found.push({ index, shared });
    } else if (given.some((kind) => kind === "row" || kind === "after")) {
      if (shared.length > 0) return null;
      kinds.set(index, "after");
    } else kinds.set(index, "shared");
  }
  return found;
}
