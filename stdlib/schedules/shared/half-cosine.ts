/** Decreases from 1 at 0 to 0 at 1 along half a cosine. */
export const halfCosine = (done: number): number => 0.5 * (1 + Math.cos(Math.PI * done));
