/**
 * Chance that nobody can foresee or draw again: bytes of the operating system's generator, never of a seed. Who knew which rows
 * an update drew, or its noise, would have no privacy to break.
 */
import { randomFillSync } from "node:crypto";
import type { NDArray } from "#dsl/graph/program.js";

/** Fills an array with bytes; of tests one that they choose. */
export type Bytes = (into: Uint8Array) => void;

const secret: Bytes = (into) => void randomFillSync(into);
/** Uniform numbers that are drawn at a time. */
const AT_ONCE = 8192;

/** Numbers that are uniform in [0, 1): multiples of 2⁻⁵³. */
export class Uniform {
  private readonly words = new Uint32Array(2 * AT_ONCE);
  private at = this.words.length;

  constructor(private readonly bytes: Bytes = secret) {}

  next(): number {
    if (this.at === this.words.length) {
      this.bytes(new Uint8Array(this.words.buffer));
      this.at = 0;
    }
    const [high = 0, low = 0] = [this.words[this.at], this.words[this.at + 1]];
    // What was used can't be read again.
    this.words.fill(0, this.at, this.at + 2);
    this.at += 2;
    return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 2 ** 53;
  }
}

/** Of `count` units those that take part, each by itself with chance `rate`; in their order. */
export function poisson(count: number, rate: number, uniform: Uniform): Uint32Array {
  const drawn: number[] = [];
  for (let unit = 0; unit < count; unit++) if (uniform.next() < rate) drawn.push(unit);
  return Uint32Array.from(drawn);
}

/**
 * Independent normal numbers of mean 0. Floating-point numbers have gaps that tell of the value to which noise was added (Mironov
 * 2012): each is half the sum of four normal numbers, whose gaps nobody can solve for (Holohan and Braghin 2021, arXiv 2107.10138), as
 * Opacus has it in its secure mode. Two pairs by Box and Muller, in f64, rounded to f32 once.
 */
export function normal(shape: readonly number[], deviation: number, uniform: Uniform): NDArray {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const half = deviation / 2;
  for (let i = 0; i < values.length; i++) values[i] = half * (pairSum(uniform) + pairSum(uniform));
  return { dtype: "f32", shape, bytes: new Uint8Array(values.buffer) };
}

/** The sum of two independent standard normal numbers. */
function pairSum(uniform: Uniform): number {
  // In (0, 1], of which there is a logarithm.
  const radius = Math.sqrt(-2 * Math.log(1 - uniform.next()));
  const angle = 2 * Math.PI * uniform.next();
  return radius * (Math.cos(angle) + Math.sin(angle));
}
