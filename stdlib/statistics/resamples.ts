/**
 * Resamples: as many of n things as there are, drawn with repetition. They follow from n alone, so a cell that is run twice
 * shows the same interval, and two models on the same rows are scored on the same resamples.
 */
import { seededRandom } from "./chance.js";

const SEED = 20251;

export function* generateResamples(n: number): Generator<Uint32Array, never, void> {
  const generator = seededRandom(SEED, n);
  const scale = n / 2 ** 32;
  for (;;) {
    const units = new Uint32Array(n);
    for (let i = 0; i < n; i++) units[i] = Math.floor((generator.next() >>> 0) * scale);
    yield units;
  }
}
