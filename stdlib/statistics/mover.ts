/**
 * Interval of a difference of two independent scores from their own intervals (MOVER: Zou and Donner, 2008; of two Wilson intervals
 * it is Newcombe's method 10, 1998). The scores need not lie in the middle of their intervals.
 */
import type { Interval } from "./interval.js";

export interface ValueWithInterval {
  readonly value: number;
  readonly interval: Interval;
}

/** Of first − second. `widened`: how many times as far out as at 95 % the ends lie. */
export function independentDifferenceInterval(
  first: ValueWithInterval,
  second: ValueWithInterval,
  widened = 1,
): Interval {
  const difference = first.value - second.value;
  const down = Math.hypot(first.value - first.interval.low, second.interval.high - second.value);
  const up = Math.hypot(first.interval.high - first.value, second.value - second.interval.low);
  return { low: difference - widened * down, high: difference + widened * up };
}
