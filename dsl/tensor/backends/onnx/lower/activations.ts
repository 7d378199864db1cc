/** GELU, SiLU, their gated forms, and the gradients. */
import { geluKind, QUICK_GELU_FACTOR, type SmoothActivation } from "#dsl/tensor/ops/shared/gelu.js";
import type { Lowerings, Lowering } from "../lowering.js";
import { applyElementwise } from "../../shared/elementwise.js";

const CUBIC = 0.044715;
/** √(2/π) */
const C = Math.sqrt(2 / Math.PI);

/** Returns tanh(C (x + 0.044715 x³)). */
function bend(l: Lowering, x: string): string {
  const slope = l.number("Add", l.number("Mul", l.op("Mul", [x, x]), C * CUBIC), C);
  return l.op("Tanh", [l.op("Mul", [x, slope])]);
}
const steepness = (kind: SmoothActivation): number => (kind === "gelu_quick" ? QUICK_GELU_FACTOR : 1);
/** Returns sigmoid(k x). */
function step(l: Lowering, x: string, k: number): string {
  return l.op("Sigmoid", [k === 1 ? x : l.number("Mul", x, k)]);
}

export function smoothActivation(l: Lowering, x: string, kind: SmoothActivation): string {
  if (kind === "silu" || kind === "gelu_quick") return l.op("Mul", [x, step(l, x, steepness(kind))]);
  return l.op("Gelu", [x], { approximate: { text: kind === "gelu_tanh" ? "tanh" : "none" } });
}
function slope(l: Lowering, x: string, kind: SmoothActivation): string {
  if (kind === "silu" || kind === "gelu_quick") {
    const s = step(l, x, steepness(kind));
    // s + k · x · s (1 − s), with x · s as in the forward pass.
    const rest = l.op("Mul", [smoothActivation(l, x, kind), l.op("Sub", [l.graph.float(1), s])]);
    return l.op("Add", [s, kind === "silu" ? rest : l.number("Mul", rest, QUICK_GELU_FACTOR)]);
  }
  if (kind === "gelu_tanh") {
    const t = bend(l, x);
    const inner = l.number("Add", l.number("Mul", l.op("Mul", [x, x]), 3 * C * CUBIC), C);
    const fall = l.op("Sub", [l.graph.float(1), l.op("Mul", [t, t])]);
    const rest = l.op("Mul", [l.op("Mul", [fall, inner]), x]);
    return l.number("Mul", l.op("Add", [l.number("Add", t, 1), rest]), 0.5);
  }
  // Φ(x) + x φ(x) with u = x/√2: Φ = ½ (1 + erf u), φ = exp(ln(1/√2π) − u²).
  const u = l.number("Mul", x, Math.SQRT1_2);
  const normal = l.number("Mul", l.number("Add", l.op("Erf", [u]), 1), 0.5);
  const density = l.op("Exp", [l.op("Sub", [l.graph.float(Math.log(C / 2)), l.op("Mul", [u, u])])]);
  return l.op("Add", [normal, l.op("Mul", [x, density])]);
}
const backward = (l: Lowering, x: string, dy: string, kind: SmoothActivation): string =>
  l.op("Mul", [slope(l, x, kind), dy]);

export const activationLowerings = {
  gelu: (l, node) => [() => applyElementwise(l, node, ([x]) => smoothActivation(l, x, geluKind(node.attributes)))],
  gelu_gradient: (l, node) => [
    () => applyElementwise(l, node, ([x, dy]) => backward(l, x, dy, geluKind(node.attributes))),
  ],
  silu: (l, node) => [() => applyElementwise(l, node, ([x]) => smoothActivation(l, x, "silu"))],
  silu_gradient: (l, node) => [() => applyElementwise(l, node, ([x, dy]) => backward(l, x, dy, "silu"))],
  gated: (l, node) => [
    () => applyElementwise(l, node, ([a, b]) => l.op("Mul", [smoothActivation(l, a, node.attributes.activation), b])),
  ],
  gated_gradient: (l, node) => {
    const kind = node.attributes.activation;
    return [
      () => applyElementwise(l, node, ([a, b, dy]) => backward(l, a, l.op("Mul", [dy, b]), kind)),
      () => applyElementwise(l, node, ([a, , dy]) => l.op("Mul", [dy, smoothActivation(l, a, kind)])),
    ];
  },
} satisfies Lowerings;
