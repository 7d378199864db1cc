/** Formats a long time as whole days (`12,847 days`), from two days on; null for a shorter time. */
export function daysText(seconds: number): string | null {
  const minutes = Math.round(seconds / 60);
  return minutes < 2880 ? null : `${Math.round(minutes / 1440).toLocaleString("en-US")} days`;
}
