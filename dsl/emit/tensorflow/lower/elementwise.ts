/** Elementwise ops: one kernel each, on the flat form where all inputs of rank have one shape. */
import { alike } from "../../elementwise.js";
import type { Lower } from "../lowering.js";

const kernel =
  (op: string): Lower =>
  (l, node) => [() => alike(l, node, (inputs) => l.op(op, inputs, l.dtypeOf(node.inputs[0]!)))];

const KERNELS = {
  add: "AddV2",
  subtract: "Sub",
  multiply: "Mul",
  divide: "RealDiv",
  maximum: "Maximum",
  minimum: "Minimum",
  less: "Less",
  greater: "Greater",
  negate: "Neg",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  rsqrt: "Rsqrt",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  erf: "Erf",
  square: "Square",
  abs: "Abs",
  relu: "Relu",
} as const;

export const elementwise: Readonly<Record<string, Lower>> = {
  ...Object.fromEntries(Object.entries(KERNELS).map(([name, op]) => [name, kernel(op)])),
  equal: (l, node) => [
    () =>
      alike(l, node, (inputs) =>
        l.graph.node("Equal", inputs, {
          T: { type: l.dtypeOf(node.inputs[0]!) },
          incompatible_shape_error: { bool: true },
        }),
      ),
  ],
  select: (l, node) => [
    () => ({
      full: l.op(
        "SelectV2",
        node.inputs.map((r) => l.full(r)),
        node.types[0]!.dtype,
      ),
    }),
  ],
  cast: (l, node) => [() => alike(l, node, ([x]) => l.cast(x!, l.dtypeOf(node.inputs[0]!), node.types[0]!.dtype))],
};
