/**
 * Smooth activations and their derivatives, as scalar functions: GELU exact (through erf), in the tanh form of GPT-2,
 * in CLIP's sigmoid form ("quick"), and SiLU.
 */
import { erfOf } from "../../numbers/erf.js";
import { oneOfAttribute, optionalAttribute, type InferAttributes } from "../../attributes.js";

const ROOT_HALF = Math.SQRT1_2;
const C = Math.sqrt(2 / Math.PI);
/** Factor of x in quick GELU's sigmoid. */
export const QUICK_GELU_FACTOR = 1.702;

export type SmoothActivation = "gelu" | "gelu_tanh" | "gelu_quick" | "silu";
interface Curve {
  value(x: number): number;
  slope(x: number): number;
}
const sigmoidal = (k: number): Curve => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-k * x));
  return { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + k * x * (1 - sigmoid(x))) };
};
const CURVES: Readonly<Record<SmoothActivation, Curve>> = {
  gelu: {
    value: (x) => 0.5 * x * (1 + erfOf(x * ROOT_HALF)),
    slope: (x) => 0.5 * (1 + erfOf(x * ROOT_HALF)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  },
  gelu_tanh: {
    value: (x) => 0.5 * x * (1 + Math.tanh(C * (x + 0.044715 * x ** 3))),
    slope: (x) => {
      const t = Math.tanh(C * (x + 0.044715 * x ** 3));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * C * (1 + 3 * 0.044715 * x * x);
    },
  },
  gelu_quick: sigmoidal(QUICK_GELU_FACTOR),
  silu: sigmoidal(1),
};

export const GATE_ATTRIBUTES = {
  activation: oneOfAttribute(
    ["gelu", "gelu_tanh", "gelu_quick", "silu"] satisfies readonly SmoothActivation[],
    (_, name) => `there is no gate ${JSON.stringify(name)}`,
  ),
};
/** Attributes of `gelu` and of its gradient: false (the default), true (tanh) or "quick". */
export const GELU_ATTRIBUTES = { approximate: optionalAttribute(oneOfAttribute([false, true, "quick"])) };
/** Returns the kind of GELU of a `gelu` node. */
export function geluKind({ approximate }: InferAttributes<typeof GELU_ATTRIBUTES>): SmoothActivation {
  if (approximate === "quick") return "gelu_quick";
  return approximate === true ? "gelu_tanh" : "gelu";
}
export function activationValue(kind: SmoothActivation, x: number): number {
  return CURVES[kind].value(x);
}
export function activationSlope(kind: SmoothActivation, x: number): number {
  return CURVES[kind].slope(x);
}
