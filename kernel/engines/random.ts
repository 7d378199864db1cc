/**
 * Counter-based random numbers: element i of a stream depends only on the key and i, so any engine, machine or fill
 * order gives the same values. Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;

/**
 * Computes four 32-bit words from a 128-bit counter (its two lower words) and a 64-bit key, and writes them to `out`.
 */
export function philox(c0: number, c1: number, k0: number, k1: number, out: Uint32Array): void {
  let [x0, x1, x2, x3] = [c0 >>> 0, c1 >>> 0, 0, 0];
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [multiplyHigh(M0, x0), Math.imul(M0, x0) >>> 0];
    const [high1, low1] = [multiplyHigh(M1, x2), Math.imul(M1, x2) >>> 0];
    [x0, x1, x2, x3] = [(high1 ^ x1 ^ k0) >>> 0, low1, (high0 ^ x3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

function multiplyHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = ah * bl + ((al * bl) >>> 16);
  const cross = al * bh + (middle & 0xffff);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

/** FNV-1a hash: the second half of a key comes from a name, so that parameters with the same seed still differ. */
export function hashOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** `count` values of a normal distribution with mean 0 (Box–Muller on pairs of words). */
export function normalValues(count: number, deviation: number, seed: number, name: string): Float32Array {
  const out = new Float32Array(count);
  fill(count, seed, name, (i, a, b) => {
    const radius = deviation * Math.sqrt(-2 * Math.log((a + 1) / 0x100000000));
    const angle = (2 * Math.PI * b) / 0x100000000;
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  });
  return out;
}

/** `count` values evenly distributed over [−bound, bound). */
export function uniformValues(count: number, bound: number, seed: number, name: string): Float32Array {
  const out = new Float32Array(count);
  fill(count, seed, name, (i, a, b) => {
    out[i] = bound * (a / 0x80000000 - 1);
    if (i + 1 < count) out[i + 1] = bound * (b / 0x80000000 - 1);
  });
  return out;
}

function fill(count: number, seed: number, name: string, pair: (i: number, a: number, b: number) => void): void {
  const words = new Uint32Array(4);
  const [k0, k1] = [seed >>> 0, hashOfName(name)];
  for (let i = 0; i < count; i += 4) {
    philox(i / 4, Math.floor(seed / 0x100000000), k0, k1, words);
    pair(i, words[0]!, words[1]!);
    if (i + 2 < count) pair(i + 2, words[2]!, words[3]!);
  }
}
