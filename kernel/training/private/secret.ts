/**
 * Chance that nobody can foresee or draw again: bytes of the operating system's generator, never of a seed. Who knew which rows
 * an update drew, or its noise, would have no privacy to break.
 */
import { randomFillSync } from "node:crypto";
import type { NDArray } from "#dsl/tensor/program.js";

/** Fills an array with bytes; of tests one that they choose. */
export type ByteSource = (into: Uint8Array) => void;

const secret: ByteSource = (into) => void randomFillSync(into);
/** Uniform numbers that are drawn at a time. */
const AT_ONCE = 8192;

/** Numbers that are uniform in [0, 1): multiples of 2⁻⁵³. */
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

/** Of `count` units those that take part, each by itself with chance `rate`; in their order. */
export function poissonSample(count: number, rate: number, uniform: UniformGenerator): Uint32Array {
  const drawn: number[] = [];
  for (let unit = 0; unit < count; unit++) if (uniform.next() < rate) drawn.push(unit);
  return Uint32Array.from(drawn);
}

/**
 * Independent normal numbers of mean 0. Floating-point numbers have gaps that tell of the value to which noise was added (Mironov
 * 2012). So each is half of four normal numbers, added and taken away (Holohan and Braghin 2021, arXiv 2107.10138; Opacus' secure mode
 * makes one number of four), of which four are made at a time: halves of ±1 in rows that stand upright on each other keep them independent. Two
 * pairs by Box and Muller in f64, rounded to f32 once, which leaves no gaps that its own numbers don't have. Who sees all four can
 * undo the rows, and what is undone then is what rounding left: of 212 bits that were drawn 96. That is why four of four is no
 * weaker here than one of four: each of them says 24 bits of 53. Without the rounding it would be.
 */
export function secureNormal(shape: readonly number[], deviation: number, uniform: UniformGenerator): NDArray {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(Math.ceil(count / 4) * 4);
  const half = deviation / 2;
  for (let i = 0; i < values.length; i += 4) {
    // In (0, 1], of which there is a logarithm.
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
