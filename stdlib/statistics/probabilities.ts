/** Converts logits to probabilities. */

export function softmaxInto(logits: Float32Array, out: Float32Array): void {
  const greatest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - greatest);
  for (let i = 0; i < logits.length; i++) out[i] = Math.exp(logits[i]! - greatest) / sum;
}

/** 0.9973 → `99.7 %`; never rounds to `0 %` or `100 %`. */
export function percentText(share: number): string {
  const hundred = 100 * share;
  if (hundred > 0 && hundred < 0.1) return "< 0.1 %";
  if (hundred < 100 && hundred > 99.9) return "> 99.9 %";
  return `${hundred.toFixed(1).replace(/\.0$/, "")} %`;
}

/** Wraps a metric that uses the predictions' probabilities: the score is NaN if a probability is unknown (NaN). */
export function scoreWhereProbabilitiesKnown<I extends { readonly probabilities: ArrayLike<number> }>(
  input: I,
  score: (input: I) => number,
): number {
  if (!Number.isNaN(input.probabilities[0])) return score(input);
  let wasRead = false;
  const watched = new Proxy(input, {
    get(target, name, self) {
      if (name === "probabilities") wasRead = true;
      return Reflect.get(target, name, self) as unknown;
    },
  });
  const value = score(watched);
  return wasRead ? Number.NaN : value;
}
