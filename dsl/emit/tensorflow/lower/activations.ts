/** GELU and its gradient. */
import type { Node } from "#dsl/graph/program.js";
import type { Lower, Lowering } from "../lowering.js";
import { alike } from "./elementwise.js";

const ROOT_HALF = Math.SQRT1_2;
const CUBIC = 0.044715;
const C = Math.sqrt(2 / Math.PI);

function number(l: Lowering, op: string, x: string, value: number): string {
  return l.op(op, [x, l.graph.float(value)]);
}
/** 1 + erf(x/√2), shared by forward and backward. */
function normal(l: Lowering, x: string): string {
  return number(l, "AddV2", l.op("Erf", [number(l, "Mul", x, ROOT_HALF)]), 1);
}
/** tanh(C (x + 0.044715 x³)). */
function bend(l: Lowering, x: string): string {
  const square = l.op("Square", [x]);
  const slope = number(l, "AddV2", number(l, "Mul", square, C * CUBIC), C);
  return l.op("Tanh", [l.op("Mul", [x, slope])]);
}
function forward(l: Lowering, x: string, approximate: boolean): string {
  const half = number(l, "Mul", x, 0.5);
  return l.op("Mul", [half, approximate ? number(l, "AddV2", bend(l, x), 1) : normal(l, x)]);
}
function backward(l: Lowering, x: string, dy: string, approximate: boolean): string {
  if (approximate) {
    const t = bend(l, x);
    const inner = number(l, "AddV2", number(l, "Mul", l.op("Square", [x]), 3 * C * CUBIC), C);
    const rest = l.op("Mul", [l.op("TanhGrad", [t, inner]), x]);
    const slope = l.op("AddV2", [number(l, "AddV2", t, 1), rest]);
    return l.op("Mul", [number(l, "Mul", slope, 0.5), dy]);
  }
  const density = l.op("Exp", [number(l, "Mul", l.op("Square", [x]), -0.5)]);
  const bell = number(l, "Mul", l.op("Mul", [x, density]), C);
  const slope = l.op("AddV2", [normal(l, x), bell]);
  return l.op("Mul", [number(l, "Mul", slope, 0.5), dy]);
}
const approximate = (node: Node): boolean => node.attributes["approximate"] === true;

export const activations: Readonly<Record<string, Lower>> = {
  gelu: (l, node) => [() => alike(l, node, ([x]) => forward(l, x!, approximate(node)))],
  gelu_gradient: (l, node) => [() => alike(l, node, ([x, dy]) => backward(l, x!, dy!, approximate(node)))],
};
