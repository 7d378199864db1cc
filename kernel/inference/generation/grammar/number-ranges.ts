/**
 * Number ranges as a grammar: digits from the left, following the bounds' digits while the number may still equal a
 * bound.
 */
import { UnsupportedSchemaError } from "./unsupported-schema.js";

/** Decimal places, and the greatest supported bound. */
const PLACES = 6;
const GREATEST = 1e15;

export interface NumberBounds {
  readonly least: number | null;
  readonly most: number | null;
  readonly above: boolean;
  readonly below: boolean;
}

/** Throws `UnsupportedSchemaError`. */
export function integerRangeGrammar({ least, most, above, below }: NumberBounds): string {
  const low = least === null ? null : Math.ceil(least) + (above && Number.isInteger(least) ? 1 : 0);
  const high = most === null ? null : Math.floor(most) - (below && Number.isInteger(most) ? 1 : 0);
  return signed(low === null ? null : scaled(low, 0), high === null ? null : scaled(high, 0), 0);
}
export function numberRangeGrammar({ least, most, above, below }: NumberBounds): string {
  const low = least === null ? null : scaled(least, PLACES) + (above ? 1n : 0n);
  const high = most === null ? null : scaled(most, PLACES) - (below ? 1n : 0n);
  return signed(low, high, PLACES);
}

/** Returns a bound in units of its last decimal place. */
function scaled(bound: number, places: number): bigint {
  if (Math.abs(bound) > GREATEST) throw new UnsupportedSchemaError(`the bound ${String(bound)} is not supported`);
  const value = BigInt(bound.toFixed(places).replace(".", ""));
  if (Number(value) / 10 ** places !== bound)
    throw new UnsupportedSchemaError(`the bound ${String(bound)} is not supported`);
  return value;
}

function signed(low: bigint | null, high: bigint | null, places: number): string {
  if (low !== null && high !== null && low > high) throw new UnsupportedSchemaError("no number is between its bounds");
  const parts: string[] = [];
  if (high === null || high >= 0n) parts.push(between(low === null || low < 0n ? 0n : low, high, places));
  if (low === null || low < 0n) {
    const least = high === null || high >= 0n ? 1n : -high;
    parts.push(`"-" ${between(least, low === null ? null : -low, places)}`);
  }
  return oneOf(parts);
}

/** For a range of numbers that are at least 0. */
function between(low: bigint, high: bigint | null, places: number): string {
  const unit = 10n ** BigInt(places);
  const top = high ?? 10n ** 15n * unit - 1n;
  const [first, last] = [low / unit, top / unit];
  if (places === 0) return wholes(first, last);
  const parts: string[] = [];
  const cell = (whole: bigint, from: bigint, to: bigint): void =>
    void parts.push(`"${String(whole)}" ${fraction(digits(from, places), digits(to, places))}`);
  if (first === last) cell(first, low % unit, top % unit);
  else {
    let [from, to] = [first, last];
    if (low % unit !== 0n) cell(from++, low % unit, unit - 1n);
    if (top % unit !== unit - 1n) cell(to--, 0n, top % unit);
    if (from <= to) parts.push(`${wholes(from, to)} ("." [0-9]{1,${String(places)}})?`);
  }
  return oneOf(parts);
}

/** Integers without a sign or leading zeros. */
function wholes(low: bigint, high: bigint): string {
  const parts: string[] = [];
  for (let from = low; from <= high;) {
    const length = String(from).length;
    const end = 10n ** BigInt(length) - 1n;
    const to = high < end ? high : end;
    parts.push(same(String(from), String(to)));
    from = to + 1n;
  }
  return oneOf(parts);
}
/** Numbers of equal length from `low` to `high`. */
function same(low: string, high: string): string {
  if (low === high) return `"${low}"`;
  if (low.length === 1) return range(low, high);
  const rest = low.length - 1;
  const free = (from: number, to: number): string =>
    from > to ? "" : `${range(String(from), String(to))} [0-9]{${String(rest)}}`;
  const [a, b] = [Number(low[0]), Number(high[0])];
  if (/^0+$/.test(low.slice(1)) && /^9+$/.test(high.slice(1))) return free(a, b);
  if (a === b) return `"${String(a)}" ${same(low.slice(1), high.slice(1))}`;
  return oneOf(
    [
      `"${String(a)}" ${same(low.slice(1), "9".repeat(rest))}`,
      free(a + 1, b - 1),
      `"${String(b)}" ${same("0".repeat(rest), high.slice(1))}`,
    ].filter((part) => part !== ""),
  );
}
/** The part after an integer: nothing, or a point and digits, where missing digits count as 0. */
function fraction(low: string, high: string): string {
  const rest = tail(low, high);
  const nothing = /^0*$/.test(low);
  const some = `"." ${rest}`;
  return nothing ? `(${some})?` : `(${some})`;
}
/** One or more digits. */
function tail(low: string, high: string): string {
  if (/^0*$/.test(low) && /^9*$/.test(high)) return `[0-9]{1,${String(low.length)}}`;
  if (low.length === 1) return range(low, high);
  const rest = low.length - 1;
  const [a, b] = [Number(low[0]), Number(high[0])];
  const after = (from: string, to: string): string => {
    const more = tail(from, to);
    return /^0*$/.test(from) ? `(${more})?` : `(${more})`;
  };
  const free = `[0-9]{0,${String(rest)}}`;
  if (a === b) return `"${String(a)}" ${after(low.slice(1), high.slice(1))}`;
  return oneOf([
    `"${String(a)}" ${after(low.slice(1), "9".repeat(rest))}`,
    ...(a + 1 <= b - 1 ? [`${range(String(a + 1), String(b - 1))} ${free}`] : []),
    `"${String(b)}" ${after("0".repeat(rest), high.slice(1))}`,
  ]);
}

function digits(value: bigint, places: number): string {
  return String(value).padStart(places, "0");
}
function range(low: string, high: string): string {
  return low === high ? `"${low}"` : `[${low}-${high}]`;
}
function oneOf(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `(${parts.join(" | ")})`;
}
