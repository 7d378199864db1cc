/** Parses a number from a file or log and returns it if it is finite; logs write NaN and infinities as strings. */
export function finiteNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
