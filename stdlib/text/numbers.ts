/** Formats numbers for predictions and mistakes: four digits, and for large ones all before the decimal point. */
export function numberText(value: number): string {
  return String(Math.abs(value) >= 1e4 ? Math.round(value) : Number(value.toPrecision(4)));
}
