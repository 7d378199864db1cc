/** Elementwise ops: one kernel each, on the flat form where all inputs (except scalars) have one shape. */
import { applyElementwise, type ElementwiseNode } from "../../shared/elementwise.js";
import type { Lowering, Lowerings, MakeOutput } from "../lowering.js";

const kernel =
  (op: string) =>
  (l: Lowering, node: ElementwiseNode): readonly MakeOutput[] => [
    () => applyElementwise(l, node, (inputs) => l.op(op, inputs, l.dtypeOf(node.inputs[0]))),
  ];

export const elementwiseLowerings = {
  add: kernel("AddV2"),
  subtract: kernel("Sub"),
  multiply: kernel("Mul"),
  divide: kernel("RealDiv"),
  maximum: kernel("Maximum"),
  minimum: kernel("Minimum"),
  less: kernel("Less"),
  greater: kernel("Greater"),
  negate: kernel("Neg"),
  exp: kernel("Exp"),
  log: kernel("Log"),
  sqrt: kernel("Sqrt"),
  rsqrt: kernel("Rsqrt"),
  tanh: kernel("Tanh"),
  sigmoid: kernel("Sigmoid"),
  erf: kernel("Erf"),
  square: kernel("Square"),
  abs: kernel("Abs"),
  relu: kernel("Relu"),
  equal: (l, node) => [
    () =>
      applyElementwise(l, node, (inputs) =>
        l.graph.node("Equal", inputs, {
          T: { type: l.dtypeOf(node.inputs[0]) },
          incompatible_shape_error: { bool: true },
        }),
      ),
  ],
  select: (l, node) => [
    () => ({
      full: l.op(
        "SelectV2",
        node.inputs.map((r) => l.full(r)),
        node.types[0].dtype,
      ),
    }),
  ],
  cast: (l, node) => [
    () => applyElementwise(l, node, ([x]) => l.cast(x, l.dtypeOf(node.inputs[0]), node.types[0].dtype)),
  ],
} satisfies Lowerings;
