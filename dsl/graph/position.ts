/**
 * One position out of a sequence, taken as early as it can be. What a sentence-level head reads is one token; layers that
 * work row by row (linear, norm, activations, sums) and the queries of attention need not be computed for the others.
 * In a BERT classifier that spares five sixths of the last block. What the keys and values of attention are made of is
 * computed whole anyway: there the position is taken from the whole.
 */
import type { Tensor } from "./tensor.js";
import { attentionAttributes, attentionInputs } from "./heads.js";
import { sameShape } from "./shape.js";

/** Ops that treat each position by itself; the first input is the sequence, others of its shape are taken too. */
const BY_ROW: ReadonlySet<string> = new Set([
  ...[
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "negate",
    "exp",
    "tanh",
    "sigmoid",
    "erf",
    "square",
  ],
  ...["relu", "silu", "gelu", "gated", "layer_norm", "rms_norm", "linear", "low_rank_linear", "dropout"],
]);

/** x [batch, length, n] → [batch, n] at `position`. */
export function takePosition(x: Tensor, position: number): Tensor {
  return take(x, position, neededWhole(x));
}

function take(x: Tensor, position: number, whole: ReadonlySet<number>): Tensor {
  const { graph } = x;
  const node = graph.nodeOf(x);
  const plain = (): Tensor => graph.one("take_position", [x], { position });
  if (x.rank !== 3 || x.ref.output !== 0 || whole.has(x.ref.node)) return plain();
  const again = <T>(body: () => T): T => (node.path ? graph.at(node.path, body) : body());
  const inputs = node.inputs.map((ref) => graph.tensor(ref));
  if (BY_ROW.has(node.op)) {
    const rows = (t: Tensor): boolean => t.rank === 3 && sameShape(t.shape.slice(0, 2), x.shape.slice(0, 2));
    if (!inputs.every((t) => rows(t) || t.rank < 2 || isWeight(node.op, inputs.indexOf(t)))) return plain();
    const taken = inputs.map((t, i) => (rows(t) && !isWeight(node.op, i) ? take(t, position, whole) : t));
    return again(() => graph.one(node.op, taken, node.attributes));
  }
  if (node.op === "attention") {
    const a = attentionAttributes(node.attributes);
    const { q, k, v, mask, offset, step, ...other } = attentionInputs(inputs, a);
    if (other.segments || other.bias) return plain();
    const [batch, , hidden] = q.shape;
    const query = take(q, position, whole).reshape([batch!, 1, hidden!]);
    const moved = graph.number(position, "i32");
    const start = a.causal || a.window ? (offset?.add(moved) ?? (position ? moved : undefined)) : undefined;
    const given = [...(start ? ["offset"] : []), ...(step ? ["step"] : [])];
    const rest = [...(start ? [start] : []), ...(step ? [step] : [])];
    return again(() =>
      graph.one("attention", [query, k, v, mask, ...rest], { ...node.attributes, given }).reshape([batch!, hidden!]),
    );
  }
  return plain();
}

/** Nodes of which every position is needed: those behind the keys and values of the attention that the position leads to. */
function neededWhole({ graph, ref: last }: Tensor): ReadonlySet<number> {
  const whole = new Set<number>();
  const asked = new Set([last.node]);
  for (let index = last.node; index >= 0; index--) {
    const { op, inputs } = graph.table[index]!;
    if (whole.has(index)) inputs.forEach((ref) => whole.add(ref.node));
    else if (asked.has(index) && op === "attention") {
      asked.add(inputs[0]!.node);
      inputs.slice(1, 3).forEach((ref) => whole.add(ref.node));
    } else if (asked.has(index) && BY_ROW.has(op)) inputs.forEach((ref) => asked.add(ref.node));
  }
  return whole;
}

function isWeight(op: string, input: number): boolean {
  return input > 0 && (op === "linear" || op === "low_rank_linear" || op === "layer_norm" || op === "rms_norm");
}
