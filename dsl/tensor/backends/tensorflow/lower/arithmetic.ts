/** Lowerings of comparisons, logic, running sums, scattering, and the optimizers that TensorFlow has no kernel for. */
import type { Arithmetic } from "#dsl/tensor/ops/shared/optimizer-step.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { NodeLowering, Lowering, Lowerings, MakeOutput } from "../lowering.js";
import { applyElementwise, type ElementwiseNode } from "../../shared/elementwise.js";
import { optimizerLowerings } from "../../shared/optimizer.js";

const kernel =
  (op: string) =>
  (l: Lowering, node: ElementwiseNode): readonly MakeOutput[] => [
    () => applyElementwise(l, node, (inputs) => l.op(op, inputs, l.dtypeOf(node.inputs[0]))),
  ];
/** Lowers an op without attributes. */
const logical =
  (op: string): NodeLowering =>
  (l, node) => [() => applyElementwise(l, node, (inputs) => l.graph.node(op, inputs))];

function arithmeticOf(l: Lowering, rank: number): Arithmetic<string> {
  const { graph } = l;
  const binary = (op: string) => (a: string, b: string) => l.op(op, [a, b]);
  return {
    number: (x) => graph.float(x),
    add: binary("AddV2"),
    subtract: binary("Sub"),
    multiply: binary("Mul"),
    divide: binary("RealDiv"),
    maximum: binary("Maximum"),
    sqrt: (x) => l.op("Sqrt", [x]),
    sign: (x) => l.op("Sign", [x]),
    power: (x, exponent) => l.op("Pow", [x, graph.float(exponent)]),
    float: (x) => l.cast(x, "i32", "f32"),
    mean: (x, axes) => l.reduce("Mean", x, axes, false),
    column: (x) => l.reshape(x, graph.integers([-1, 1])),
    rank,
  };
}
function scatterAdd(l: Lowering, node: NodeOf<"scatter_add">): string {
  const [base, indices, more] = node.inputs;
  const { dtype } = node.types[0];
  const sizes = l.typeOf(indices).shape;
  const places = l.reshape(l.full(indices), l.shape([...sizes, 1]), "i32");
  return l.graph.node("TensorScatterAdd", [l.full(base), places, l.full(more)], {
    T: { type: dtype },
    Tindices: { type: "i32" },
    bad_indices_policy: { text: "" },
  });
}

export const arithmeticLowerings = {
  power: kernel("Pow"),
  sign: kernel("Sign"),
  floor: kernel("Floor"),
  round: kernel("Round"),
  softplus: kernel("Softplus"),
  less_equal: kernel("LessEqual"),
  greater_equal: kernel("GreaterEqual"),
  not_equal: (l, node) => [
    () =>
      applyElementwise(l, node, (inputs) =>
        l.graph.node("NotEqual", inputs, {
          T: { type: l.dtypeOf(node.inputs[0]) },
          incompatible_shape_error: { bool: true },
        }),
      ),
  ],
  logical_and: logical("LogicalAnd"),
  logical_or: logical("LogicalOr"),
  logical_not: logical("LogicalNot"),
  reduce_min: (l, node) => [
    () => {
      const { axes, keep } = node.attributes;
      return { full: l.reduce("Min", l.full(node.inputs[0]), axes, keep, node.types[0].dtype) };
    },
  ],
  cumulative_sum: (l, node) => [
    () => {
      const { axis, exclusive, reverse } = node.attributes;
      const full = l.graph.node("Cumsum", [l.full(node.inputs[0]), l.graph.integer(axis)], {
        T: { type: node.types[0].dtype },
        Tidx: { type: "i32" },
        exclusive: { bool: exclusive },
        reverse: { bool: reverse },
      });
      return { full };
    },
  ],
  scatter_add: (l, node) => [() => ({ full: scatterAdd(l, node) })],
  one_hot: (l, node) => [
    () => {
      const { graph } = l;
      const depth = graph.integer(node.attributes.depth);
      const full = graph.node("OneHot", [l.full(node.inputs[0]), depth, graph.float(1), graph.float(0)], {
        T: { type: "f32" },
        TI: { type: "i32" },
        axis: { int: -1 },
      });
      return { full };
    },
  ],
  ...optimizerLowerings(arithmeticOf),
} satisfies Lowerings;
