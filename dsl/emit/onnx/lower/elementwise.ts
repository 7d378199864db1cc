/** Elementwise ops: one kernel each, on the flat form where all inputs of rank have one shape. */
import { alike } from "../../elementwise.js";
import type { Node } from "#dsl/graph/program.js";
import type { Lower, Lowering } from "../lowering.js";
import { fromBrain } from "./storage.js";

const kernel =
  (op: string): Lower =>
  (l, node) => [() => alike(l, node, (inputs) => l.op(op, inputs))];

const KERNELS = {
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  divide: "Div",
  maximum: "Max",
  minimum: "Min",
  equal: "Equal",
  less: "Less",
  greater: "Greater",
  negate: "Neg",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  erf: "Erf",
  abs: "Abs",
  relu: "Relu",
} as const;

export const elementwise: Readonly<Record<string, Lower>> = {
  ...Object.fromEntries(Object.entries(KERNELS).map(([name, op]) => [name, kernel(op)])),
  rsqrt: (l, node) => [() => alike(l, node, ([x]) => l.op("Reciprocal", [l.op("Sqrt", [x!])]))],
  square: (l, node) => [() => alike(l, node, ([x]) => l.op("Mul", [x!, x!]))],
  select: (l, node) => [
    () => ({
      full: l.op(
        "Where",
        node.inputs.map((r) => l.full(r)),
      ),
    }),
  ],
  cast: (l, node) => [
    () => alike(l, node, ([x]) => (isBrain(l, node) ? fromBrain(l, node, x!) : l.cast(x!, node.types[0]!.dtype))),
  ],
};

function isBrain(l: Lowering, { inputs, types }: Node): boolean {
  return l.dtypeOf(inputs[0]!) === "bf16" && types[0]!.dtype === "f32";
}
