/** Formats the numbers of a column with the same number of decimals, so that their digits align. */
import { significantText } from "../host/value-text.js";

/** Significant digits of a fraction. */
const DIGITS = 5;
/** Maximum digits before and after the point together, for readability. */
const MOST = 9;

/**
 * Returns the common format of the numbers: equal decimals, or powers of ten for small numbers of different magnitude
 * (learning rates). Null: each is formatted separately, because one format would hide small numbers or lengthen large
 * ones.
 */
export function commonNumberFormat(numbers: readonly number[]): (x: number) => string | null {
  const decimals = decimalsOf(numbers);
  if (decimals !== null) return (x) => (Number.isFinite(x) ? x.toFixed(decimals) : null);
  const small = numbers.length > 1 && numbers.every((x) => Math.abs(x) < 1 && x !== 0);
  return (x) => (small ? x.toExponential(3) : null);
}

/** Returns null if no number of decimals fits all. */
function decimalsOf(numbers: readonly number[]): number | null {
  const fractions = numbers.filter((x) => Number.isFinite(x) && !Number.isInteger(x));
  if (fractions.length === 0) return null;
  const texts = fractions.map((x) => significantText(x, DIGITS));
  if (texts.some((text) => text.includes("e"))) return null;
  const has = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  const powers = numbers.filter((x) => Number.isFinite(x) && x !== 0).map((x) => Math.floor(Math.log10(Math.abs(x))));
  const [least, greatest] = [Math.min(...powers), Math.max(...powers)];
  // Decimals for all digits of the greatest number, and two of the smallest.
  const decimals = Math.max(0, Math.min(has, Math.max(DIGITS - 1 - greatest, 1 - least)));
  return Math.max(1, greatest + 1) + decimals <= MOST ? decimals : null;
}

/** Pads shares to equal decimals: with `99.1 %` in the column, `51 %` becomes `51.0 %`. */
export function alignPercentDecimals(texts: readonly string[]): readonly string[] {
  const shares = texts.map((text) => /^([<>] )?[\d,]+(?:\.(\d+))? %$/.exec(text));
  const places = Math.max(0, ...shares.map((share) => share?.[2]?.length ?? 0));
  return texts.map((text, i) => {
    const decimals = shares[i]?.[2]?.length ?? 0;
    if (!shares[i] || decimals === places) return text;
    return text.replace(" %", `${decimals === 0 ? "." : ""}${"0".repeat(places - decimals)} %`);
  });
}
