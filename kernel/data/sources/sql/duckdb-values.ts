/** Values of DuckDB as those that `parquet` gives: what doubles can't tell from its neighbours as the text of its digits. */
import {
  bytesValue,
  dateText,
  decimalValue,
  timestampText,
  timeText,
  wholeValue,
} from "#stdlib/sources/shared/table-values.js";

/** Classes of its package, by what they hold. */
type Held = Readonly<Record<string, unknown>>;

export function duckdbValue(value: unknown): unknown {
  if (typeof value === "bigint") return wholeValue(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  const held = value as Held;
  const { days, micros, items, entries, scale, bytes } = held;
  if (typeof scale === "number" && typeof held["value"] === "bigint") return decimalValue(held["value"], scale);
  if (Array.isArray(items)) return items.map(duckdbValue);
  if (Array.isArray(entries))
    return Object.fromEntries(
      (entries as { readonly key: unknown; readonly value: unknown }[]).map((one) => [
        String(duckdbValue(one.key)),
        duckdbValue(one.value),
      ]),
    );
  if (typeof entries === "object" && entries !== null)
    return Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, duckdbValue(one)]));
  if (bytes instanceof Uint8Array) return bytesValue(bytes);
  const name = value.constructor.name;
  if (name === "DuckDBDateValue" && typeof days === "number") return dateText(days);
  if (name === "DuckDBTimeValue" && typeof micros === "bigint") return timeText(micros, "MICROS");
  const [, unit] = /^DuckDBTimestamp(|Seconds|Milliseconds|Nanoseconds|TZ)Value$/.exec(name) ?? [];
  if (unit !== undefined) {
    const of = {
      Seconds: ["seconds", "SECONDS"],
      Milliseconds: ["millis", "MILLIS"],
      Nanoseconds: ["nanos", "NANOS"],
    } as const;
    const [field, of_] = of[unit as keyof typeof of] ?? (["micros", "MICROS"] as const);
    if (typeof held[field] === "bigint") return timestampText(held[field], of_, unit === "TZ");
  }
  return String(value);
}
