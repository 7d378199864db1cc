/**
 * Takes one position out of a sequence as early as possible. A sentence-level head reads one token; layers that work
 * row by row (linear, norm, activations, sums) and the queries of attention need not be computed for the others. In a
 * BERT classifier this saves five sixths of the last block. The inputs of attention's keys and values are computed in
 * full anyway: there the position is taken from the full value.
 */
import { withAttentionDefaults, attentionInputs, OPTIONAL_ATTENTION_INPUTS } from "./ops/shared/heads.js";
import { isNodeOf, type NodeOfOp } from "./op.js";
import { attention } from "./ops/attention.js";
import { take_position } from "./ops/take_position.js";
import { sameShape } from "./shape.js";
import { opOf } from "./table.js";
import type { Tensor } from "./tensor.js";

/** x [batch, length, n] → [batch, n] at `position`. */
export function takePosition(x: Tensor, position: number): Tensor {
  return take(x, position, neededWhole(x));
}

function take(x: Tensor, position: number, whole: ReadonlySet<number>): Tensor {
  const { graph } = x;
  const node = graph.nodeOf(x);
  const plain = (): Tensor => graph.one(take_position, [x], { position });
  if (x.rank !== 3 || x.ref.output !== 0 || whole.has(x.ref.node)) return plain();
  const again = <T>(body: () => T): T => (node.path ? graph.withPath(node.path, body) : body());
  const inputs = node.inputs.map((ref) => graph.tensor(ref));
  const by = opOf(node)?.byPosition;
  if (by) {
    const rows = (t: Tensor): boolean => t.rank === 3 && sameShape(t.shape.slice(0, 2), x.shape.slice(0, 2));
    const isWeight = (i: number): boolean => by === "first" && i > 0;
    if (!inputs.every((t) => rows(t) || t.rank < 2 || isWeight(inputs.indexOf(t)))) return plain();
    const taken = inputs.map((t, i) => (rows(t) && !isWeight(i) ? take(t, position, whole) : t));
    return again(() => graph.again(node, taken));
  }
  if (!isNodeOf(node, attention)) return plain();
  const made = query(x, node, position, whole);
  return made ? again(made) : plain();
}

/**
 * Returns attention for the query at the position only; undefined if something else depends on the queries' positions.
 */
function query(
  { graph }: Tensor,
  node: NodeOfOp<typeof attention>,
  position: number,
  whole: ReadonlySet<number>,
): (() => Tensor) | undefined {
  const a = withAttentionDefaults(node.attributes);
  const { q, k, v, mask, segments, bias, offset, step } = attentionInputs(node.inputs, a);
  if (segments || bias) return undefined;
  const tensorOf = (ref: typeof q): Tensor => graph.tensor(ref);
  const [batch = 1, , hidden = 1] = tensorOf(q).shape;
  const one = take(tensorOf(q), position, whole).reshape([batch, 1, hidden]);
  const moved = graph.number(position, "i32");
  const start =
    a.causal || a.window ? (offset ? tensorOf(offset).add(moved) : position ? moved : undefined) : undefined;
  const more = { ...(start && { offset: start }), ...(step && { step: tensorOf(step) }) };
  const given = OPTIONAL_ATTENTION_INPUTS.filter((name) => name in more);
  const inputs = [one, tensorOf(k), tensorOf(v), tensorOf(mask), ...Object.values(more)] as const;
  return () => graph.one(attention, inputs, { ...node.attributes, given }).reshape([batch, hidden]);
}

/**
 * Nodes that are needed at every position: those behind the keys and values of the attention that the position leads
 * to.
 */
function neededWhole({ graph, ref: last }: Tensor): ReadonlySet<number> {
  const whole = new Set<number>();
  const lastOnly = new Set([last.node]);
  for (let index = last.node; index >= 0; index--) {
    const node = graph.table[index]!;
    if (whole.has(index)) node.inputs.forEach((ref) => whole.add(ref.node));
    else if (lastOnly.has(index) && isNodeOf(node, attention)) {
      const [q, k, v] = node.inputs;
      lastOnly.add(q.node);
      for (const { node: sourceNode } of [k, v]) whole.add(sourceNode);
    } else if (lastOnly.has(index) && opOf(node)?.byPosition) node.inputs.forEach((ref) => lastOnly.add(ref.node));
  }
  return whole;
}
