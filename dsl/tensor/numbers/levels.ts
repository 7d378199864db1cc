/**
 * Values of the codes of quantised weights. `nf4`: the 16 levels of NormalFloat (Dettmers et al., 2023, arXiv
 * 2305.14314), quantiles of a normal distribution, as bitsandbytes publishes them. `dynamic`: its 256 levels for
 * scales, as dense near 0 as near 1 (dynamic tree quantisation, Dettmers, 2016).
 */
export type QuantizationLevelsName = "nf4" | "dynamic";

/** In ascending order, each an f32. */
export const QUANTIZATION_LEVELS: Readonly<Record<QuantizationLevelsName, readonly number[]>> = {
  nf4: [
    ...[-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453],
    ...[-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0],
    ...[0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224],
    ...[0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1],
  ].map(Math.fround),
  dynamic: dynamic(),
};

/**
 * Computes the `dynamic` levels: for each power of ten from 10⁻⁶ to 1, the midpoints of 1, 2, 4 … 64 equal parts of 0.1
 * … 1 with both signs; then 0 and 1. Each step is rounded to f32 like PyTorch's `linspace`, which counts from the
 * nearer end and multiplies and adds in one operation.
 */
function dynamic(): readonly number[] {
  const f = Math.fround;
  const levels = [0, 1];
  for (let power = 0; power < 7; power++) {
    const parts = 2 ** power;
    const step = f(f(1 - f(0.1)) / parts);
    const border = (k: number): number => (k < (parts + 1) >> 1 ? f(f(0.1) + step * k) : f(1 - step * (parts - k)));
    for (let k = 0; k < parts; k++) {
      const middle = f(f(10 ** (power - 6)) * f(f(border(k) + border(k + 1)) / 2));
      levels.push(middle, -middle);
    }
  }
  return levels.sort((a, b) => a - b);
}
