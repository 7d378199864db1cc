/** Comparisons, logic, cumulative sums, scattering, and the optimizers written as plain arithmetic. */
import type { Arithmetic } from "#dsl/tensor/ops/shared/optimizer-step.js";
import type { NodeLowering, Lowerings, Lowering } from "../lowering.js";
import { applyElementwise } from "../../shared/elementwise.js";
import { optimizerLowerings } from "../../shared/optimizer.js";

const kernel =
  (op: string): NodeLowering =>
  (l, node) => [() => applyElementwise(l, node, (inputs) => l.op(op, inputs))];

function arithmeticOf(l: Lowering, rank: number): Arithmetic<string> {
  const { graph } = l;
  const binary = (op: string) => (a: string, b: string) => l.op(op, [a, b]);
  return {
    number: (x) => graph.float(x),
    add: binary("Add"),
    subtract: binary("Sub"),
    multiply: binary("Mul"),
    divide: binary("Div"),
    maximum: binary("Max"),
    sqrt: (x) => l.op("Sqrt", [x]),
    sign: (x) => l.op("Sign", [x]),
    power: (x, exponent) => l.op("Pow", [x, graph.float(exponent)]),
    float: (x) => l.cast(x, "f32"),
    mean: (x, axes) => (axes.length ? l.reduce("ReduceMean", x, axes, false) : x),
    column: (x) => l.op("Reshape", [x, graph.longs([-1, 1])]),
    rank,
  };
}
export const arithmeticLowerings = {
  power: kernel("Pow"),
  sign: kernel("Sign"),
  floor: kernel("Floor"),
  round: kernel("Round"),
  softplus: kernel("Softplus"),
  less_equal: kernel("LessOrEqual"),
  greater_equal: kernel("GreaterOrEqual"),
  not_equal: (l, node) => [() => applyElementwise(l, node, (inputs) => l.op("Not", [l.op("Equal", inputs)]))],
  logical_and: kernel("And"),
  logical_or: kernel("Or"),
  logical_not: kernel("Not"),
  cumulative_sum: (l, node) => [
    () => {
      const { axis, exclusive, reverse } = node.attributes;
      const attributes = { exclusive: { int: Number(exclusive) }, reverse: { int: Number(reverse) } };
      return { full: l.op("CumSum", [l.full(node.inputs[0]), l.graph.long(axis)], attributes) };
    },
  ],
  scatter_add: (l, node) => [
    () => {
      const [base, indices, more] = node.inputs;
      const places = l.cast(l.reshape(l.full(indices), [...l.typeOf(indices).shape, 1]), "i64");
      return { full: l.op("ScatterND", [l.full(base), places, l.full(more)], { reduction: { text: "add" } }) };
    },
  ],
  // OneHot counts negative indices from the end; comparison with 0 … depth − 1 ignores them.
  one_hot: (l, node) => [
    () => {
      const [indices] = node.inputs;
      const depth = node.attributes.depth;
      const all = l.graph.longs(Array.from({ length: depth }, (_, i) => i));
      const column = l.cast(l.reshape(l.full(indices), [...l.typeOf(indices).shape, 1]), "i64");
      return { full: l.cast(l.op("Equal", [column, all]), "f32") };
    },
  ],
  reduce_min: (l, node) => [
    () => {
      const axes = node.attributes.axes;
      const x = l.full(node.inputs[0]);
      return { full: axes.length ? l.reduce("ReduceMin", x, axes, node.attributes.keep) : x };
    },
  ],
  ...optimizerLowerings(arithmeticOf),
} satisfies Lowerings;
