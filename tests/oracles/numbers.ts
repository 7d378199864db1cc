/**
 * Random numbers that Python (numbers_of_tunebook.py in this folder) and TypeScript generate identically: uniform in
 * [−scale, scale), by name. Seed: FNV-1a over the name's UTF-8 bytes; generator: mulberry32; row-major; rounded to
 * float32.
 */
export function uniform(name: string, shape: readonly number[], scale: number): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = seedOf(name);
  for (let i = 0; i < values.length; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    values[i] = (((t ^ (t >>> 14)) >>> 0) / 4294967296 - 0.5) * 2 * scale;
  }
  return values;
}

function seedOf(name: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
}

/** `count` whole numbers in 0 … below − 1. */
export function whole(name: string, count: number, below: number): readonly number[] {
  return Array.from(uniform(name, [count], 0.5), (u) => Math.min(below - 1, Math.floor((u + 0.5) * below)));
}
