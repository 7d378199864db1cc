/** GELU and its gradient. */
import type { Node } from "#dsl/graph/program.js";
import type { Lower, Lowering } from "../lowering.js";
import { alike } from "./elementwise.js";

const CUBIC = 0.044715;
/** √(2/π) */
const C = Math.sqrt(2 / Math.PI);

/** Φ(x) = ½ (1 + erf(x/√2)). */
function normal(l: Lowering, x: string): string {
  const erf = l.op("Erf", [l.number("Mul", x, Math.SQRT1_2)]);
  return l.number("Mul", l.number("Add", erf, 1), 0.5);
}
/** tanh(C (x + 0.044715 x³)). */
function bend(l: Lowering, x: string, square: string): string {
  const slope = l.number("Add", l.number("Mul", square, C * CUBIC), C);
  return l.op("Tanh", [l.op("Mul", [x, slope])]);
}
export function gelu(l: Lowering, x: string, approximate: boolean): string {
  return l.op("Gelu", [x], { approximate: { text: approximate ? "tanh" : "none" } });
}
function backward(l: Lowering, x: string, dy: string, approximate: boolean): string {
  const square = l.op("Mul", [x, x]);
  if (approximate) {
    const t = bend(l, x, square);
    const inner = l.number("Add", l.number("Mul", square, 3 * C * CUBIC), C);
    const fall = l.op("Sub", [l.graph.float(1), l.op("Mul", [t, t])]);
    const rest = l.op("Mul", [l.op("Mul", [fall, inner]), x]);
    const slope = l.op("Add", [l.number("Add", t, 1), rest]);
    return l.op("Mul", [l.number("Mul", slope, 0.5), dy]);
  }
  // exp(ln(1/√2π) − x²/2) is the density.
  const exponent = l.number("Add", l.number("Mul", square, -0.5), Math.log(C / 2));
  const bell = l.op("Mul", [x, l.op("Exp", [exponent])]);
  return l.op("Mul", [l.op("Add", [normal(l, x), bell]), dy]);
}
const approximate = (node: Node): boolean => node.attributes["approximate"] === true;

export const activations: Readonly<Record<string, Lower>> = {
  gelu: (l, node) => [() => alike(l, node, ([x]) => gelu(l, x!, approximate(node)))],
  gelu_gradient: (l, node) => [() => alike(l, node, ([x, dy]) => backward(l, x!, dy!, approximate(node)))],
};
