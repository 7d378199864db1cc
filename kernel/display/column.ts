/** Numbers below each other are read by their places: all of a column have the same decimals. */
import { significantText } from "../host/text.js";

/** Digits that a fraction has. */
const DIGITS = 5;
/** Before and behind the point together: more are not read at a glance. */
const MOST = 9;

/**
 * How each number is written: with the same decimals; where they are small and far apart (learning rates), all by powers of
 * ten; null: each by itself, because one way would hide the small or drown the great.
 */
export function commonNumberFormat(numbers: readonly number[]): (x: number) => string | null {
  const decimals = decimalsOf(numbers);
  if (decimals !== null) return (x) => (Number.isFinite(x) ? x.toFixed(decimals) : null);
  const small = numbers.length > 1 && numbers.every((x) => Math.abs(x) < 1 && x !== 0);
  return (x) => (small ? x.toExponential(3) : null);
}

/** Null: no number of decimals does. */
function decimalsOf(numbers: readonly number[]): number | null {
  const fractions = numbers.filter((x) => Number.isFinite(x) && !Number.isInteger(x));
  if (fractions.length === 0) return null;
  const texts = fractions.map((x) => significantText(x, DIGITS));
  if (texts.some((text) => text.includes("e"))) return null;
  const has = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  const powers = numbers.filter((x) => Number.isFinite(x) && x !== 0).map((x) => Math.floor(Math.log10(Math.abs(x))));
  const [least, greatest] = [Math.min(...powers), Math.max(...powers)];
  // The greatest with all its digits, the least with two.
  const decimals = Math.max(0, Math.min(has, Math.max(DIGITS - 1 - greatest, 1 - least)));
  return Math.max(1, greatest + 1) + decimals <= MOST ? decimals : null;
}

/** `51 %` beside `99.1 %` becomes `51.0 %`: shares whose last zeros were cut get them back. */
export function alignDecimals(texts: readonly string[]): readonly string[] {
  const shares = texts.map((text) => /^([<>] )?[\d,]+(?:\.(\d+))? %$/.exec(text));
  const places = Math.max(0, ...shares.map((share) => share?.[2]?.length ?? 0));
  return texts.map((text, i) => {
    const decimals = shares[i]?.[2]?.length ?? 0;
    if (!shares[i] || decimals === places) return text;
    return text.replace(" %", `${decimals === 0 ? "." : ""}${"0".repeat(places - decimals)} %`);
  });
}
