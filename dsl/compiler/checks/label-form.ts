/** Compares labels that differ only in capitals, blanks or the forms of letters and numbers. */
export function normalizedLabel(label: string): string {
  const plain = label.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
  const number = /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
  // Above this limit, different numbers would become equal.
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? String(number) : plain;
}
