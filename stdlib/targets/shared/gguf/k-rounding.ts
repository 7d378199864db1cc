/**
 * Quantizes f32 to ggml's K formats, bit-identical to its reference without an importance matrix. A block has 256
 * elements in parts of 16 or 32. Their scales (and offsets) are fitted by least squares and stored in few bits, under
 * one half-precision scale. Every operation is rounded to f32, in the reference's order.
 */
import { toHalfBits, fromHalfBits } from "./half.js";
import type { GgufTensorFormat } from "./rounding.js";

const f = Math.fround;
const SIZE = 256;
const NOTHING = f(1e-15);

/** Rounds to nearest, ties to even: adding 1.5 · 2^23 leaves no bits for a fraction. */
const nearest = (value: number): number => f(f(value) + 12582912) - 12582912;
const within = (least: number, value: number, most: number): number => Math.max(least, Math.min(most, value));

const levels = new Uint8Array(SIZE);

/** Six bits per element, stored in two places; a signed byte of scale for every 16. */
export const q6_kFormat: GgufTensorFormat = {
  name: "Q6_K",
  number: 14,
  elements: SIZE,
  bytes: 210,
  one(x, from, to, offset) {
    const scales = Array.from({ length: 16 }, (_, part) => symmetric(x, from + 16 * part, 16 * part));
    const widest = scales.reduce((best, s) => (Math.abs(s) > Math.abs(best) ? s : best), 0);
    if (Math.abs(widest) < NOTHING) {
      for (let i = 0; i < 210; i++) to.setUint8(offset + i, 0);
      return;
    }
    const inverse = f(-128 / widest);
    const half = toHalfBits(f(1 / inverse));
    to.setUint16(offset + 208, half, true);
    scales.forEach((scale, part) => {
      const finer = Math.min(127, nearest(f(inverse * scale)));
      to.setInt8(offset + 192 + part, finer);
      const d = f(fromHalfBits(half) * finer);
      if (!d) return;
      for (let i = 16 * part; i < 16 * part + 16; i++) levels[i] = within(-32, nearest(f(x[from + i]! / d)), 31) + 32;
    });
    for (let n = 0; n < 2; n++)
      for (let i = 0; i < 32; i++) {
        const [a, b, c, d] = [0, 32, 64, 96].map((more) => levels[128 * n + more + i]!) as [
          number,
          number,
          number,
          number,
        ];
        to.setUint8(offset + 64 * n + i, (a & 15) | ((c & 15) << 4));
        to.setUint8(offset + 64 * n + 32 + i, (b & 15) | ((d & 15) << 4));
        to.setUint8(offset + 128 + 32 * n + i, (a >> 4) | ((b >> 4) << 2) | ((c >> 4) << 4) | ((d >> 4) << 6));
      }
  },
};

/**
 * Returns the scale of 16 elements symmetric about zero, for values from -32 to 31, and writes them to `levels` from
 * `to` on, plus 32. The least-squares weights are the squares of the elements.
 */
function symmetric(x: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let i = 0; i < 16; i++) if (Math.abs(x[from + i]!) > Math.abs(most)) most = x[from + i]!;
  if (Math.abs(most) < NOTHING) {
    levels.fill(0, to, to + 16);
    return 0;
  }
  const sums = (inverse: number): readonly [lx: number, l2: number] => {
    let [lx, l2] = [0, 0];
    for (let i = 0; i < 16; i++) {
      const value = x[from + i]!;
      const l = within(-32, nearest(f(inverse * value)), 31);
      const w = f(value * value);
      lx = f(lx + f(f(w * value) * l));
      l2 = f(l2 + f(f(w * l) * l));
    }
    return [lx, l2];
  };
  const keep = (inverse: number): void => {
    for (let i = 0; i < 16; i++) levels[to + i] = 32 + within(-32, nearest(f(inverse * x[from + i]!)), 31);
  };
  const first = f(-32 / most);
  const [lx, l2] = sums(first);
  keep(first);
  let scale = l2 ? f(lx / l2) : 0;
  let best = f(scale * lx);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    const inverse = f(-f(32 + f(f(0.1) * step)) / most);
    const [lx, l2] = sums(inverse);
    if (!(l2 > 0 && f(lx * lx) > f(best * l2))) continue;
    keep(inverse);
    scale = f(lx / l2);
    best = f(scale * lx);
  }
  return scale;
}

/** Four bits per element; six bits of scale and six of offset for every 32. */
export const q4_kFormat: GgufTensorFormat = {
  name: "Q4_K",
  number: 12,
  elements: SIZE,
  bytes: 144,
  one(x, from, to, position) {
    const parts = Array.from({ length: 8 }, (_, part) => offset(x, from + 32 * part, 32 * part));
    const greatest = parts.reduce((m, { scale }) => Math.max(m, scale), 0);
    const deepest = parts.reduce((m, { below }) => Math.max(m, below), 0);
    const [inverse, lower] = [greatest > 0 ? f(63 / greatest) : 0, deepest > 0 ? f(63 / deepest) : 0];
    const [scale, least] = [toHalfBits(f(greatest / 63)), toHalfBits(f(deepest / 63))];
    to.setUint16(position, scale, true);
    to.setUint16(position + 2, least, true);
    const six = parts.map(({ scale, below }) => [
      Math.min(63, nearest(f(inverse * scale)) & 255),
      Math.min(63, nearest(f(lower * below)) & 255),
    ]) as [number, number][];
    for (let part = 0; part < 4; part++) {
      const [[s, m], [s4, m4]] = [six[part]!, six[part + 4]!];
      to.setUint8(position + 4 + part, s | ((s4 >> 4) << 6));
      to.setUint8(position + 8 + part, m | ((m4 >> 4) << 6));
      to.setUint8(position + 12 + part, (s4 & 15) | ((m4 & 15) << 4));
    }
    six.forEach(([s, m], part) => {
      const d = f(fromHalfBits(scale) * s);
      if (!d) return;
      const below = f(fromHalfBits(least) * m);
      for (let i = 32 * part; i < 32 * part + 32; i++)
        levels[i] = within(0, nearest(f(f(x[from + i]! + below) / d)), 15);
    });
    for (let pair = 0; pair < 4; pair++)
      for (let i = 0; i < 32; i++)
        to.setUint8(position + 16 + 32 * pair + i, levels[64 * pair + i]! | (levels[64 * pair + 32 + i]! << 4));
  },
};

const tried = new Uint8Array(32);
const weights = new Float32Array(32);

/**
 * Returns the scale of 32 elements for values from 0 to 15 (written to `levels` from `to` on), and how far below zero
 * their minimum is (0 at most). It tries 21 scales; large elements weigh more.
 */
function offset(x: Float32Array, from: number, to: number): { readonly scale: number; readonly below: number } {
  let squares = 0;
  for (let i = 0; i < 32; i++) squares = f(squares + f(x[from + i]! * x[from + i]!));
  const average = f(Math.sqrt(f(squares / 32)));
  let [least, most] = [x[from]!, x[from]!];
  let [sumW, sumX] = [0, 0];
  for (let i = 0; i < 32; i++) {
    const value = x[from + i]!;
    if (value < least) least = value;
    if (value > most) most = value;
    const w = (weights[i] = f(average + Math.abs(value)));
    sumW = i === 0 ? w : f(sumW + w);
    sumX = i === 0 ? f(w * value) : f(sumX + f(w * value));
  }
  if (least > 0) least = 0;
  if (most === least) {
    levels.fill(0, to, to + 32);
    return { scale: 0, below: -least };
  }
  const error = (valueAt: (i: number) => number, scale: number, begin: number): number => {
    let sum = 0;
    for (let i = 0; i < 32; i++) {
      const miss = f(f(f(scale * valueAt(i)) + begin) - x[from + i]!);
      sum = f(sum + f(weights[i]! * f(miss * miss)));
    }
    return sum;
  };
  const place = (inverse: number, begin: number, i: number): number =>
    within(0, nearest(f(inverse * f(x[from + i]! - begin))), 15);
  const first = f(15 / f(most - least));
  let [scale, begin] = [f(1 / first), least];
  for (let i = 0; i < 32; i++) levels[to + i] = place(first, least, i);
  let best = error((i) => levels[to + i]!, scale, begin);
  for (let step = 0; step <= 20; step++) {
    const inverse = f(f(f(-1 + f(f(0.1) * step)) + 15) / f(most - begin));
    let [l1, l2, lx] = [0, 0, 0];
    for (let i = 0; i < 32; i++) {
      const l = (tried[i] = place(inverse, begin, i));
      const wl = f(weights[i]! * l);
      l1 = f(l1 + wl);
      l2 = f(l2 + f(wl * l));
      lx = f(lx + f(wl * x[from + i]!));
    }
    const determinant = f(f(sumW * l2) - f(l1 * l1));
    if (!(determinant > 0)) continue;
    let fittedScale = f(f(f(sumW * lx) - f(sumX * l1)) / determinant);
    let under = f(f(f(l2 * sumX) - f(l1 * lx)) / determinant);
    if (under > 0) [fittedScale, under] = [f(lx / l2), 0];
    const missed = error((i) => tried[i]!, fittedScale, under);
    if (missed >= best) continue;
    levels.set(tried, to);
    [best, scale, begin] = [missed, fittedScale, under];
  }
  return { scale, below: -begin };
}
