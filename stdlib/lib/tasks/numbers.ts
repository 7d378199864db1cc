/** Numbers as predictions and mistakes show them. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
