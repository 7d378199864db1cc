/**
 * Converts values of DuckDB like those of `parquet`: numbers that a double can't represent exactly become the text of
 * their digits.
 */
import {
  bytesValue,
  dateText,
  decimalValue,
  timestampText,
  timeText,
  wholeNumberValue,
} from "#stdlib/sources/shared/table-values.js";

/** Value classes of DuckDB's package, by content. */
type Held = Readonly<Record<string, unknown>>;

export function fromDuckdbValue(value: unknown): unknown {
  if (typeof value === "bigint") return wholeNumberValue(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  const duckdbHeld = value as Held;
  const { days, micros, items, entries, scale, bytes } = duckdbHeld;
  if (typeof scale === "number" && typeof duckdbHeld["value"] === "bigint")
    return decimalValue(duckdbHeld["value"], scale);
  if (Array.isArray(items)) return items.map(fromDuckdbValue);
  if (Array.isArray(entries))
    return Object.fromEntries(
      (entries as { readonly key: unknown; readonly value: unknown }[]).map((one) => [
        String(fromDuckdbValue(one.key)),
        fromDuckdbValue(one.value),
      ]),
    );
  if (typeof entries === "object" && entries !== null)
    return Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, fromDuckdbValue(one)]));
  if (bytes instanceof Uint8Array) return bytesValue(bytes);
  const name = value.constructor.name;
  if (name === "DuckDBDateValue" && typeof days === "number") return dateText(days);
  if (name === "DuckDBTimeValue" && typeof micros === "bigint") return timeText(micros, "MICROS");
  const [, unit] = /^DuckDBTimestamp(|Seconds|Milliseconds|Nanoseconds|TZ)Value$/.exec(name) ?? [];
  if (unit !== undefined) {
    const unitFields = {
      Seconds: ["seconds", "SECONDS"],
      Milliseconds: ["millis", "MILLIS"],
      Nanoseconds: ["nanos", "NANOS"],
    } as const;
    const [field, of_] = unitFields[unit as keyof typeof unitFields] ?? (["micros", "MICROS"] as const);
    if (typeof duckdbHeld[field] === "bigint") return timestampText(duckdbHeld[field], of_, unit === "TZ");
  }
  return String(value);
}
