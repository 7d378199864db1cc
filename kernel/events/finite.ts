/** Of what a file or a log says: the number, where it is one that can be drawn; logs hold NaN and infinities as texts. */
export function finiteNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
