/**
 * Parses and formats numbers as users write them for a sweep: `1_000`, `1e-4`, `20%`. Shared by the kernel and its
 * front ends.
 */

/** Returns NaN if the text is not a number. */
export function parseTypedNumber(text: string): number {
  const [, digits = "", percent] = /^\s*([^\s%]+)\s*(%?)\s*$/.exec(text.replace(/(?<=\d)_(?=\d)/g, "")) ?? [];
  return digits === "" ? Number.NaN : Number((Number(digits) / (percent ? 100 : 1)).toPrecision(15));
}

/** @param share write the number in percent */
export function typedNumberText(x: number, share = false): string {
  return share ? `${String(Number((x * 100).toPrecision(12)))}%` : String(Number(x.toPrecision(12)));
}
