/** Rows around a centre for each label, and the accuracy of a judge's predictions. */
let state = 1;
/** Resets the random numbers, so that a test's draws do not depend on earlier tests. */
export const restart = (): void => void (state = 1);
export const uniform = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
/** Returns rows around a centre for each label; `apart` scales the distance between centres. */
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
