/** A long time as every place tells it: whole days from two on, `12,847 days`; null: it is shorter. */
export function daysText(seconds: number): string | null {
  const minutes = Math.round(seconds / 60);
  return minutes < 2880 ? null : `${Math.round(minutes / 1440).toLocaleString("en-US")} days`;
}
