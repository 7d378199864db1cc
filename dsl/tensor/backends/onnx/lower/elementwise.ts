/** Elementwise ops: one kernel each, on the flat form if all inputs with dimensions have one shape. */
import { applyElementwise } from "../../shared/elementwise.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { NodeLowering, Lowerings, Lowering } from "../lowering.js";
import { fromBf16 } from "./storage.js";

const kernel =
  (op: string): NodeLowering =>
  (l, node) => [() => applyElementwise(l, node, (inputs) => l.op(op, inputs))];

export const elementwiseLowerings = {
  add: kernel("Add"),
  subtract: kernel("Sub"),
  multiply: kernel("Mul"),
  divide: kernel("Div"),
  maximum: kernel("Max"),
  minimum: kernel("Min"),
  equal: kernel("Equal"),
  less: kernel("Less"),
  greater: kernel("Greater"),
  negate: kernel("Neg"),
  exp: kernel("Exp"),
  log: kernel("Log"),
  sqrt: kernel("Sqrt"),
  tanh: kernel("Tanh"),
  sigmoid: kernel("Sigmoid"),
  erf: kernel("Erf"),
  abs: kernel("Abs"),
  relu: kernel("Relu"),
  rsqrt: (l, node) => [() => applyElementwise(l, node, ([x]) => l.op("Reciprocal", [l.op("Sqrt", [x])]))],
  select: (l, node) => [
    () => ({
      full: l.op(
        "Where",
        node.inputs.map((r) => l.full(r)),
      ),
    }),
  ],
  cast: (l, node) => [
    () =>
      applyElementwise(l, node, ([x]) => (isBrain(l, node) ? fromBf16(l, node, x) : l.cast(x, node.types[0].dtype))),
  ],
} satisfies Lowerings;

function isBrain(l: Lowering, { inputs, types }: NodeOf<"cast">): boolean {
  return l.dtypeOf(inputs[0]) === "bf16" && types[0].dtype === "f32";
}
