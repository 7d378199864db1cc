/** Labels that are written nearly the same: in capitals, blanks or the forms of letters and numbers alone do they differ. */
export function normalizedLabel(label: string): string {
  const plain = label.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
  const number = /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
  // Beyond, different numbers become one.
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? String(number) : plain;
}
