/** Rows around a centre for each label, and how many of their labels a judge says. */
let state = 1;
/** Draws begin anew: a test's are the same whatever ran before it. */
export const restart = (): void => void (state = 1);
export const uniform = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
/** Rows around a centre for each label. */
export function rowsOf(counts: readonly number[], width: number, apart: number) {
  const centres = counts.map(() => Array.from({ length: width }, () => apart * normal()));
  const labels = Int32Array.from(counts.flatMap((n, label) => new Array<number>(n).fill(label)));
  const vectors = Array.from(labels, (label) => Float32Array.from(centres[label]!, (x) => x + normal()));
  return { vectors, labels };
}

export function accuracyOf(chances: Float32Array, labels: Int32Array): number {
  const count = chances.length / labels.length;
  const right = labels.filter((label, row) => {
    const own = chances.subarray(row * count, (row + 1) * count);
    return own[label] === own.reduce((a, b) => Math.max(a, b), 0);
  });
  return right.length / labels.length;
}
