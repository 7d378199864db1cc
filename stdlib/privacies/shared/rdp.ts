/**
 * Rényi differential privacy of the Gaussian mechanism with Poisson sampling (Mironov, Talwar and Zhang 2019), and its
 * conversion to ε at a δ (Balle et al. 2020, Theorem 21). Neighbouring data sets differ by adding or removing one unit.
 * Steps compose by addition, order by order.
 */
import type { NoisySampledSteps } from "../kind.js";
import { logAdd, logErfc, logSubtract } from "./log-space.js";

const range = (count: number, valueAt: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => valueAt(i));

/** Opacus' orders, extended at both ends, so that the best order is rarely the first or the last. */
export const RDP_ORDERS: readonly number[] = [
  ...[1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09],
  ...range(99, (x) => 1 + (x + 1) / 10),
  ...range(52, (x) => 12 + x),
  ...[64, 72, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512, 768, 1024],
];

/**
 * Returns the RDP of one step at an order. `noise`: standard deviation in units of the clip. Infinity if there is no
 * guarantee.
 */
export function rdpOfStep(order: number, noise: number, rate: number): number {
  if (rate === 0) return 0;
  if (noise === 0) return Infinity;
  if (rate === 1) return order / (2 * noise ** 2);
  const moment = Number.isInteger(order) ? whole(order, noise, rate) : fractional(order, noise, rate);
  const rdp = moment / (order - 1);
  return Number.isNaN(rdp) ? Infinity : Math.max(0, rdp);
}

/** Returns the logarithm of the moment at an integer order: a finite sum (section 3.3 of the paper). */
function whole(order: number, noise: number, rate: number): number {
  let sum = -Infinity;
  let binomial = 0;
  for (let i = 0; i <= order; i++) {
    const term = binomial + i * Math.log(rate) + (order - i) * Math.log1p(-rate);
    sum = logAdd(sum, term + (i * i - i) / (2 * noise ** 2));
    binomial += Math.log((order - i) / (i + 1));
  }
  return sum;
}

const MOST_TERMS = 100_000;

/**
 * Returns it at a fractional order: two series, for the integrals on both sides of the point of equal densities. NaN if
 * they do not converge.
 */
function fractional(order: number, noise: number, rate: number): number {
  const middle = noise ** 2 * Math.log(1 / rate - 1) + 0.5;
  const scale = Math.SQRT2 * noise;
  const [yes, no] = [Math.log(rate), Math.log1p(-rate)];
  let [low, high] = [-Infinity, -Infinity];
  const half = Math.log(0.5);
  let binomial = 0;
  let positive = true;
  for (let i = 0; i < MOST_TERMS; i++) {
    const j = order - i;
    const lows = binomial + i * yes + j * no + (i * i - i) / (2 * noise ** 2) + half + logErfc((i - middle) / scale);
    const highs = binomial + j * yes + i * no + (j * j - j) / (2 * noise ** 2) + half + logErfc((middle - j) / scale);
    low = positive ? logAdd(low, lows) : logSubtract(low, lows);
    high = positive ? logAdd(high, highs) : logSubtract(high, highs);
    if (Math.max(lows, highs) < -30) return logAdd(low, high);
    const next = (order - i) / (i + 1);
    if (next < 0) positive = !positive;
    binomial += Math.log(Math.abs(next));
  }
  return NaN;
}

/**
 * Returns the least ε at δ over all orders; Infinity if no order gives a bound. The divergence never decreases with the
 * order (van Erven and Harremoës 2014, Theorem 3), so one order gives a lower bound for those above it. Most orders are
 * therefore never computed.
 */
export function epsilonByRdp(done: readonly NoisySampledSteps[], delta: number): number {
  const last = RDP_ORDERS.length - 1;
  let least = Infinity;
  const divergenceAt = (index: number): number => {
    let rdp = 0;
    for (const { noise, rate, steps } of done) if (steps > 0) rdp += steps * rdpOfStep(RDP_ORDERS[index]!, noise, rate);
    least = Math.min(least, epsilonOfRdp(rdp, RDP_ORDERS[index]!, delta));
    return rdp;
  };
  const beside = RDP_ORDERS.map((order) => besideOf(order, delta));
  /** Searches the orders between two; none of them has less than `divergence`. */
  const within = (low: number, high: number, divergence: number): void => {
    if (high - low < 2) return;
    const bound = divergence + Math.min(...beside.slice(low + 1, high));
    if (bound - 1e-9 * Math.abs(bound) > least) return;
    const middle = (low + high) >> 1;
    const rdp = divergenceAt(middle);
    // An order whose series does not converge gives no bound for others.
    const known = Number.isFinite(rdp) ? Math.max(divergence, rdp) : divergence;
    within(low, middle, divergence);
    within(middle, high, known);
  };
  const first = divergenceAt(0);
  divergenceAt(last);
  if (least > 0) within(0, last, Number.isFinite(first) ? first : 0);
  return Math.max(0, least);
}

/** Converts the RDP of one order to ε. */
export function epsilonOfRdp(rdp: number, order: number, delta: number): number {
  // The distributions are so close that δ alone covers their difference (Bretagnolle and Huber).
  if (delta ** 2 + Math.expm1(-rdp) > 0) return 0;
  return rdp + besideOf(order, delta);
}

/** Returns the terms of an order's ε in addition to the divergence. */
function besideOf(order: number, delta: number): number {
  return -(Math.log(delta) + Math.log(order)) / (order - 1) + Math.log1p(-1 / order);
}
