/**
 * Interval of the difference of two independent scores from their intervals (MOVER: Zou and Donner, 2008; for two
 * Wilson intervals it is Newcombe's method 10, 1998). The intervals may be asymmetric.
 */
import type { ConfidenceInterval } from "./interval.js";

export interface ValueWithInterval {
  readonly value: number;
  readonly interval: ConfidenceInterval;
}

/** Interval of first − second. `widened`: factor by which the distances are wider than at 95 %. */
export function independentDifferenceInterval(
  first: ValueWithInterval,
  second: ValueWithInterval,
  widened = 1,
): ConfidenceInterval {
  const difference = first.value - second.value;
  const down = Math.hypot(first.value - first.interval.low, second.interval.high - second.value);
  const up = Math.hypot(first.interval.high - first.value, second.value - second.interval.low);
  return { low: difference - widened * down, high: difference + widened * up };
}
