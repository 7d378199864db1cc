/**
 * Randomness that nobody can predict or reproduce: bytes of the operating system's generator, never of a seed. Anyone
 * who knew the rows or the noise of an update could undo its privacy.
 */
import { randomFillSync } from "node:crypto";
import type { NDArray } from "#dsl/tensor/program.js";

/** Fills an array with random bytes; tests pass their own. */
export type ByteSource = (into: Uint8Array) => void;

const secret: ByteSource = (into) => void randomFillSync(into);
/** Uniform numbers drawn at a time. */
const AT_ONCE = 8192;

/** Generates uniform numbers in [0, 1): multiples of 2⁻⁵³. */
export class UniformGenerator {
  private readonly words = new Uint32Array(2 * AT_ONCE);
  private position = this.words.length;

  constructor(private readonly bytes: ByteSource = secret) {}

  next(): number {
    if (this.position === this.words.length) {
      this.bytes(new Uint8Array(this.words.buffer));
      this.position = 0;
    }
    const [high = 0, low = 0] = [this.words[this.position], this.words[this.position + 1]];
    this.position += 2;
    return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 2 ** 53;
  }
}

/** Selects each of `count` units independently with probability `rate`; returns them in order. */
export function poissonSample(count: number, rate: number, uniform: UniformGenerator): Uint32Array {
  const drawn: number[] = [];
  for (let unit = 0; unit < count; unit++) if (uniform.next() < rate) drawn.push(unit);
  return Uint32Array.from(drawn);
}

/**
 * Draws independent normal numbers of mean 0. Floating-point numbers have gaps that reveal the value to which noise was
 * added (Mironov 2012). Each result is therefore half the signed sum of four normal numbers (Holohan and Braghin 2021,
 * arXiv 2107.10138; Opacus' secure mode makes one number from four). Here four results are made from four numbers: the
 * signs (±1/2) form orthogonal rows, so the results stay independent. The four numbers are two Box-Muller pairs in f64.
 * The results are rounded to f32 once, which adds no gaps beyond those of f32. Whoever sees all four results can invert
 * the rows, but only up to the rounding: 96 of the 212 drawn bits. So four of four is no weaker here than one of four,
 * since each reveals 24 of 53 bits. Without the rounding it would be weaker.
 */
export function secureNormal(shape: readonly number[], deviation: number, uniform: UniformGenerator): NDArray {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(Math.ceil(count / 4) * 4);
  const half = deviation / 2;
  for (let i = 0; i < values.length; i += 4) {
    // In (0, 1], where the logarithm is defined.
    const one = half * Math.sqrt(-2 * Math.log(1 - uniform.next()));
    const turn = 2 * Math.PI * uniform.next();
    const other = half * Math.sqrt(-2 * Math.log(1 - uniform.next()));
    const another = 2 * Math.PI * uniform.next();
    const a = one * Math.cos(turn);
    const b = one * Math.sin(turn);
    const c = other * Math.cos(another);
    const d = other * Math.sin(another);
    values[i] = a + b + (c + d);
    values[i + 1] = a + b - (c + d);
    values[i + 2] = a - b + (c - d);
    values[i + 3] = a - b - (c - d);
  }
  return { dtype: "f32", shape, bytes: new Uint8Array(values.buffer, 0, 4 * count) };
}
