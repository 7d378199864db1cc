/** GELU and its slope as scalars: exact (through erf) or the tanh form that GPT-2 was trained with. */
import { erfOf } from "./erf.js";

const ROOT_HALF = Math.SQRT1_2;
const C = Math.sqrt(2 / Math.PI);

export function geluOf(x: number, approximate: boolean): number {
  if (!approximate) return 0.5 * x * (1 + erfOf(x * ROOT_HALF));
  return 0.5 * x * (1 + Math.tanh(C * (x + 0.044715 * x ** 3)));
}

export function geluSlope(x: number, approximate: boolean): number {
  if (!approximate) return 0.5 * (1 + erfOf(x * ROOT_HALF)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  const t = Math.tanh(C * (x + 0.044715 * x ** 3));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * C * (1 + 3 * 0.044715 * x * x);
}
