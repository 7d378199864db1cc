/** Common code for curves of one run and of several: rounded numbers, and smoothing over the steps. */

/** Rounds to six digits, so that a chart of many points stays small. */
export function roundToSixDigits(x: number | null): number | null {
  return x === null ? null : Number(x.toPrecision(6));
}

/** Exponential moving average over about a fifteenth of the run, without bias at its start. */
export function smoothCurve(y: readonly (number | null)[]): (number | null)[] {
  const keep = 1 - 1 / Math.max(4, y.length / 15);
  let sum = 0;
  let weight = 0;
  return y.map((value) => {
    if (value === null) return null;
    sum = sum * keep + value;
    weight = weight * keep + 1;
    return sum / weight;
  });
}
