/** Converts a column's times to comparable numbers: numbers unchanged, dates and ISO 8601 texts as milliseconds. */

export interface ComparableTime {
  /** The original type; a column must contain only one. */
  readonly as: "number" | "date";
  readonly value: number;
}

const number = /^[+-]?\d+(?:\.\d+)?$/;
const iso = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?)?$/i;

/**
 * Returns undefined if the value is not a time. A text without a time zone is UTC, so that it is the same on every
 * machine.
 */
export function comparableTimeOf(value: unknown): ComparableTime | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : { as: "date", value: value.getTime() };
  if (typeof value === "number") return Number.isFinite(value) ? { as: "number", value } : undefined;
  if (typeof value === "bigint") return { as: "number", value: Number(value) };
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (number.test(text)) return { as: "number", value: Number(text) };
  const found = iso.exec(text);
  return found ? dateOf(found) : undefined;
}

function dateOf([
  ,
  year,
  month,
  day = "01",
  hour = "00",
  minute = "00",
  second = "00",
  fraction = "",
  zone = "Z",
]: readonly (string | undefined)[]): ComparableTime | undefined {
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // Rejects the 30th of February, which would become the 2nd of March.
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (!Number.isFinite(whole) || new Date(whole).toISOString().slice(0, 19) !== written) return undefined;
  const off = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const minutes = off ? (off[1] === "-" ? -1 : 1) * (Number(off[2]) * 60 + Number(off[3])) : 0;
  return { as: "date", value: whole + Number(`0.${fraction || "0"}`) * 1000 - minutes * 60_000 };
}
