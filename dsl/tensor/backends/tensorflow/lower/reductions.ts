/** Sums, means and maxima. Sums over all rows are products with a row of ones, the fastest way to add columns. */
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering, LoweredValue } from "../lowering.js";

type Reduction = NodeOf<"reduce_sum"> | NodeOf<"reduce_mean"> | NodeOf<"reduce_max">;

/** Σ over the rows of [rows, n], as [n]. */
export function columnSums(l: Lowering, flat: string, rows: string, n: number): string {
  const { graph } = l;
  const shape = graph.node("Pack", [graph.integer(1), rows], { N: { int: 2 }, T: { type: "i32" }, axis: { int: 0 } });
  const type = graph.typeOf(flat);
  const one = type === "bf16" ? graph.brain(graph.float(1)) : graph.float(1);
  const ones = graph.node("Fill", [shape, one], { T: { type }, index_type: { type: "i32" } });
  return l.reshape(l.product(ones, flat), graph.integers([n]));
}

function reduce(l: Lowering, node: Reduction, op: "Sum" | "Mean" | "Max"): LoweredValue {
  const [x] = node.inputs;
  const type = l.typeOf(x);
  const last = type.shape.at(-1);
  const over = node.attributes.axes;
  const keep = node.attributes.keep;
  const leading = over.length === type.shape.length - 1 && !over.includes(type.shape.length - 1);
  if (op === "Sum" && leading && !keep && over.length > 0 && typeof last === "number" && type.dtype !== "i32")
    return { full: columnSums(l, l.flat(x), l.rows(type), last) };
  return { full: l.reduce(op, l.full(x), over, keep, type.dtype) };
}

export const reductionLowerings = {
  argmax: (l, node) => [
    () => {
      const [x] = node.inputs;
      const axis = l.graph.integer(l.typeOf(x).shape.length - 1);
      return {
        full: l.graph.node("ArgMax", [l.full(x), axis], {
          T: { type: l.dtypeOf(x) },
          Tidx: { type: "i32" },
          output_type: { type: "i32" },
        }),
      };
    },
  ],
  reduce_sum: (l, node) => [() => reduce(l, node, "Sum")],
  reduce_mean: (l, node) => [() => reduce(l, node, "Mean")],
  reduce_max: (l, node) => [() => reduce(l, node, "Max")],
  reduce_gradient: (l, node) => [
    () => {
      const { graph } = l;
      const [dy, like] = node.inputs;
      const { shape } = l.typeOf(like);
      const keptShape = l.shape(shape.map((d, axis) => (node.attributes.axes.includes(axis) ? 1 : d)));
      const target = graph.node("Shape", [l.full(like)], { T: { type: l.dtypeOf(like) }, out_type: { type: "i32" } });
      const wide = graph.node("BroadcastTo", [l.reshape(l.full(dy), keptShape), target], {
        T: { type: "f32" },
        Tidx: { type: "i32" },
      });
      if (!node.attributes.mean) return { full: wide };
      const count = node.attributes.axes
        .map((axis) => l.size(shape[axis]!))
        .reduce((a, b) => l.op("Mul", [a, b], "i32"));
      return { full: l.op("RealDiv", [wide, l.cast(count, "i32", "f32")]) };
    },
  ],
} satisfies Lowerings;
