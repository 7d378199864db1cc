/**
 * Discrete Fourier transform in place, for a power of two complex numbers; `back` computes the inverse, without
 * division by their count.
 */
export function fourierTransform(real: Float64Array, imaginary: Float64Array, back = false): void {
  const n = real.length;
  swap(real, imaginary);
  const [cosines, sines] = turns(n, back ? 1 : -1);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const cos = cosines[k * stride]!;
        const sin = sines[k * stride]!;
        const x = real[b]!;
        const y = imaginary[b]!;
        const u = x * cos - y * sin;
        const v = x * sin + y * cos;
        const p = real[a]!;
        const q = imaginary[a]!;
        real[a] = p + u;
        imaginary[a] = q + v;
        real[b] = p - u;
        imaginary[b] = q - v;
      }
  }
}

/** Permutes elements: index i moves to the bit-reversed i. */
function swap(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const x = real[i]!;
    const y = imaginary[i]!;
    real[i] = real[j]!;
    imaginary[i] = imaginary[j]!;
    real[j] = x;
    imaginary[j] = y;
  }
}

function turns(n: number, sign: number): readonly [Float64Array, Float64Array] {
  const [cosines, sines] = [new Float64Array(n / 2), new Float64Array(n / 2)];
  for (let k = 0; k < n / 2; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / n);
    sines[k] = sign * Math.sin((2 * Math.PI * k) / n);
  }
  return [cosines, sines];
}
