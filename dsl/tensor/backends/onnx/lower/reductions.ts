/** Sums, means and maxima. Sums over all rows are products with a row of ones, the fastest way to sum columns. */
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering, LoweredValue } from "../lowering.js";

type Reduction = NodeOf<"reduce_sum"> | NodeOf<"reduce_mean"> | NodeOf<"reduce_max">;

/** Sums the rows of [rows, n] to [n]. `rows`: an i64 list of one. */
export function columnSums(l: Lowering, flat: string, rows: string, n: number): string {
  const shape = l.join([l.graph.longs([1]), rows]);
  const one = new Uint8Array(Float32Array.of(1).buffer);
  const ones = l.op("ConstantOfShape", [shape], { value: { tensor: { type: "f32", shape: [1], bytes: one } } });
  return l.reshape(l.matmul(ones, flat), [n]);
}

function reduce(l: Lowering, node: Reduction, op: "ReduceSum" | "ReduceMean" | "ReduceMax"): LoweredValue {
  const [x] = node.inputs;
  const type = l.typeOf(x);
  const last = type.shape.at(-1);
  const over = node.attributes.axes;
  const keep = node.attributes.keep;
  if (over.length === 0) return { full: l.full(x) };
  const leading = over.length === type.shape.length - 1 && !over.includes(type.shape.length - 1);
  if (op === "ReduceSum" && leading && !keep && typeof last === "number" && type.dtype === "f32")
    return { full: columnSums(l, l.flat(x), l.rows(type), last) };
  if (type.shape.length > 2 && over.length === 1 && over[0] === type.shape.length - 1)
    return { full: l.reshape(l.reduce(op, l.flat(x), [1], keep), node.types[0].shape) };
  return { full: l.reduce(op, l.full(x), over, keep) };
}

export const reductionLowerings = {
  reduce_sum: (l, node) => [() => reduce(l, node, "ReduceSum")],
  reduce_mean: (l, node) => [() => reduce(l, node, "ReduceMean")],
  reduce_max: (l, node) => [() => reduce(l, node, "ReduceMax")],
  argmax: (l, node) => [
    () => ({
      full: l.cast(l.op("ArgMax", [l.full(node.inputs[0])], { axis: { int: -1 }, keepdims: { int: 0 } }), "i32"),
    }),
  ],
  reduce_gradient: (l, node) => [
    () => {
      const [dy, like] = node.inputs;
      const { shape } = l.typeOf(like);
      const over = node.attributes.axes;
      const expanded = l.reshape(
        l.full(dy),
        shape.map((d, axis) => (over.includes(axis) ? 1 : d)),
      );
      const share = node.attributes.mean
        ? l.op("Div", [expanded, l.cast(l.product(over.map((axis) => shape[axis]!)), "f32")])
        : expanded;
      return { full: l.op("Expand", [share, l.exact(shape)]) };
    },
  ],
} satisfies Lowerings;
