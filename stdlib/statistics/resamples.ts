/**
 * Bootstrap resamples: n of n units, sampled with replacement. They depend on n only, so that a cell that runs twice
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
