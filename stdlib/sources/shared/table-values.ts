/**
 * Converts values of binary tables to JSON. Numbers that a double cannot represent exactly become strings of their
 * digits.
 */

export type TimeUnit = "SECONDS" | "MILLIS" | "MICROS" | "NANOS";

const digits: Readonly<Record<TimeUnit, number>> = { SECONDS: 0, MILLIS: 3, MICROS: 6, NANOS: 9 };
/** Number of decimal digits that a double always represents exactly. */
const EXACT = 15;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function wholeNumberValue(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** Maximum digits of a decimal in these formats; a corrupt scale would be written out as billions of zeros. */
const MOST_DIGITS = 1000;

/** Returns `unscaled` · 10^−`scale`. Throws if the scale is out of range. */
export function decimalValue(unscaled: bigint, scale: number): number | string {
  if (!(Math.abs(scale) <= MOST_DIGITS)) throw new RangeError(`a decimal has a scale of ${scale}`);
  const sign = unscaled < 0n ? "-" : "";
  const all = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale <= 0) return wholeNumberValue(unscaled * 10n ** BigInt(-scale));
  const padded = all.padStart(scale + 1, "0");
  const text = `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  return all.length <= EXACT ? Number(text) : text;
}

/** Converts days since 1970 to `2025-01-31`. */
export function dateText(days: number): string {
  return isoText(days * 86_400_000).slice(0, -"T00:00:00.000Z".length);
}

/** Returns `2025-01-31T10:00:00.5Z`, without `Z` if the value has no time zone. */
export function timestampText(value: bigint, unit: TimeUnit, utc: boolean): string {
  const { seconds, rest } = divided(value, unit);
  return `${isoText(Number(seconds) * 1000).slice(0, -".000Z".length)}${fraction(rest, unit)}${utc ? "Z" : ""}`;
}

/** Converts a time since midnight to `10:00:00.5`. */
export function timeText(value: bigint, unit: TimeUnit): string {
  const { seconds, rest } = divided(value, unit);
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n];
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}${fraction(rest, unit)}`;
}

/** Returns bytes as text if they are valid UTF-8, else in base64. */
export function bytesToText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    let text = "";
    for (let offset = 0; offset < bytes.length; offset += 4096)
      text += String.fromCharCode(...bytes.subarray(offset, offset + 4096));
    return btoa(text);
  }
}

function divided(value: bigint, unit: TimeUnit): { readonly seconds: bigint; readonly rest: bigint } {
  const per = 10n ** BigInt(digits[unit]);
  const rest = ((value % per) + per) % per;
  return { seconds: (value - rest) / per, rest };
}

function fraction(rest: bigint, unit: TimeUnit): string {
  const text = rest === 0n ? "" : String(rest).padStart(digits[unit], "0").replace(/0+$/, "");
  return text === "" ? "" : `.${text}`;
}

function isoText(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw new Error("a date is beyond the calendar");
  return date.toISOString();
}
