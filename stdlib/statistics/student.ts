/**
 * Student's t distribution for integer degrees of freedom, by its finite series (Abramowitz and Stegun
 * 26.7.3 and 26.7.4).
 */

/** Returns the probability below t. */
export function studentCdf(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const odd = freedom % 2 === 1;
  let [term, sum] = [odd ? cosine : 1, 0];
  for (let k = odd ? 2 : 1; k < freedom; k += 2) {
    sum += term;
    term *= (k / (k + 1)) * cosine * cosine;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}

/** Returns the quantile of a probability of at least 0.5. */
export function studentQuantile(share: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentCdf(high, freedom) < share) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
