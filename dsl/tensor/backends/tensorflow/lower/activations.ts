/** GELU, SiLU, their gated forms, and the gradients. */
import { geluKind, QUICK_GELU_FACTOR, type SmoothActivation } from "#dsl/tensor/ops/shared/gelu.js";
import type { Ref, Type } from "#dsl/tensor/program.js";
import type { Lowerings, Lowering, LoweredValue } from "../lowering.js";
import { applyElementwise } from "../../shared/elementwise.js";

const ROOT_HALF = Math.SQRT1_2;
const CUBIC = 0.044715;
const C = Math.sqrt(2 / Math.PI);

function number(l: Lowering, op: string, x: string, value: number): string {
  return l.op(op, [x, l.graph.float(value)]);
}
/** Returns 1 + erf(x/√2), shared by forward and backward. */
function normal(l: Lowering, x: string): string {
  return number(l, "AddV2", l.op("Erf", [number(l, "Mul", x, ROOT_HALF)]), 1);
}
/** Returns tanh(C (x + 0.044715 x³)). */
function bend(l: Lowering, x: string): string {
  const square = l.op("Square", [x]);
  const slope = number(l, "AddV2", number(l, "Mul", square, C * CUBIC), C);
  return l.op("Tanh", [l.op("Mul", [x, slope])]);
}
const steepness = (kind: SmoothActivation): number => (kind === "gelu_quick" ? QUICK_GELU_FACTOR : 1);
/** Returns sigmoid(k x). */
function step(l: Lowering, x: string, k: number): string {
  return l.op("Sigmoid", [k === 1 ? x : number(l, "Mul", x, k)]);
}

export function lowerSmoothActivation(l: Lowering, x: string, kind: SmoothActivation): string {
  if (kind === "silu" || kind === "gelu_quick") return l.op("Mul", [x, step(l, x, steepness(kind))]);
  const twice = kind === "gelu" ? normal(l, x) : number(l, "AddV2", bend(l, x), 1);
  return l.op("Mul", [number(l, "Mul", x, 0.5), twice]);
}
function slope(l: Lowering, x: string, kind: SmoothActivation): string {
  if (kind === "silu" || kind === "gelu_quick") {
    const s = step(l, x, steepness(kind));
    // s + k · x · s (1 − s), with x · s as in the forward pass.
    const rest = l.op("Mul", [lowerSmoothActivation(l, x, kind), l.op("Sub", [l.graph.float(1), s])]);
    return l.op("AddV2", [s, kind === "silu" ? rest : number(l, "Mul", rest, QUICK_GELU_FACTOR)]);
  }
  if (kind === "gelu_tanh") {
    const t = bend(l, x);
    const inner = number(l, "AddV2", number(l, "Mul", l.op("Square", [x]), 3 * C * CUBIC), C);
    const rest = l.op("Mul", [l.op("TanhGrad", [t, inner]), x]);
    return number(l, "Mul", l.op("AddV2", [number(l, "AddV2", t, 1), rest]), 0.5);
  }
  const density = l.op("Exp", [number(l, "Mul", l.op("Square", [x]), -0.5)]);
  const bell = number(l, "Mul", l.op("Mul", [x, density]), C);
  return number(l, "Mul", l.op("AddV2", [normal(l, x), bell]), 0.5);
}
const backward = (l: Lowering, x: string, dy: string, kind: SmoothActivation): string =>
  l.op("Mul", [slope(l, x, kind), dy]);

/** Computes in f32 for any dtype, because bf16 would round at every step. */
function inFloats<I extends readonly [Ref, ...Ref[]]>(
  l: Lowering,
  node: { readonly inputs: I; readonly types: readonly Type[] },
  kernel: (inputs: { readonly [K in keyof I]: string }) => string,
): LoweredValue {
  return applyElementwise(l, node, (inputs) => {
    const [first] = inputs;
    const type = l.graph.typeOf(first);
    return l.to(kernel(inputs.map((x) => l.to(x, "f32")) as typeof inputs), type);
  });
}

export const activationLowerings = {
  gelu: (l, node) => [() => inFloats(l, node, ([x]) => lowerSmoothActivation(l, x, geluKind(node.attributes)))],
  gelu_gradient: (l, node) => [() => inFloats(l, node, ([x, dy]) => backward(l, x, dy, geluKind(node.attributes)))],
  silu: (l, node) => [() => inFloats(l, node, ([x]) => lowerSmoothActivation(l, x, "silu"))],
  silu_gradient: (l, node) => [() => inFloats(l, node, ([x, dy]) => backward(l, x, dy, "silu"))],
  gated: (l, node) => [
    () => inFloats(l, node, ([a, b]) => l.op("Mul", [lowerSmoothActivation(l, a, node.attributes.activation), b])),
  ],
  gated_gradient: (l, node) => {
    const kind = node.attributes.activation;
    return [
      () => inFloats(l, node, ([a, b, dy]) => backward(l, a, l.op("Mul", [dy, b]), kind)),
      () => inFloats(l, node, ([a, , dy]) => l.op("Mul", [dy, lowerSmoothActivation(l, a, kind)])),
    ];
  },
} satisfies Lowerings;
