/** Returns null if the model is not too large. */
export function tooLargeReason(bytes: number, most: number, what: string): string | null {
  if (bytes <= most) return null;
  const size = (n: number): string => `${(n / 1e9).toFixed(1)} GB`;
  return `${what} holds ${size(most)} at most, and this model's weights are ${size(bytes)}`;
}
