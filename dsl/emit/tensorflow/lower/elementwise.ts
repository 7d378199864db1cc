/** Elementwise ops: one kernel each, on the flat form where all inputs of rank have one shape. */
import type { Node } from "#dsl/graph/program.js";
import { sameShape } from "#dsl/graph/shape.js";
import type { Lower, Lowering, Value } from "../lowering.js";

/** Applies `kernel` to the inputs in a form that fits them all: flat if possible, else full. */
export function alike(l: Lowering, node: Node, kernel: (inputs: readonly string[]) => string): Value {
  const shape = node.types[0]!.shape;
  const flat =
    shape.length > 2 &&
    node.inputs.every((ref) => {
      const s = l.typeOf(ref).shape;
      return s.length <= 1 || sameShape(s, shape);
    });
  return flat
    ? { flat: kernel(node.inputs.map((r) => l.flat(r))) }
    : { full: kernel(node.inputs.map((r) => l.full(r))) };
}

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
