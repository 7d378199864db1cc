/** Numbers as predictions and mistakes show them: four digits, and of great ones all before the point. */
export function numberText(value: number): string {
  return String(Math.abs(value) >= 1e4 ? Math.round(value) : Number(value.toPrecision(4)));
}
