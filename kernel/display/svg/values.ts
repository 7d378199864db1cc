/** What a trace holds, as what it should be: lists, records, numbers that have a place in a picture. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Trace } from "../trace.js";

function isTypedArray(value: unknown): value is ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
/** An array of a trace (typed arrays too); anything else is empty. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return isTypedArray(value) ? Array.from(value) : [];
}
/** Beyond this a number is no place in a picture, and spans would overflow. */
export const maxCoordinate = 1e150;

/** The same with what is no single value (lists, records), or too far away, as null. */
export function scalarsOf(value: unknown): readonly (string | number | boolean | null)[] {
  return listOf(value).map((v) =>
    typeof v === "string" || typeof v === "boolean" || (typeof v === "number" && Math.abs(v) < maxCoordinate)
      ? v
      : null,
  );
}
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
export function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" && Math.abs(value) < maxCoordinate ? value : otherwise;
}
/** x and y of a trace; where one is missing, places 0, 1, 2, … stand in for it. */
export function coordinatesOf(trace: Trace): { readonly x: readonly unknown[]; readonly y: readonly unknown[] } {
  const x = scalarsOf(trace["x"]);
  const y = scalarsOf(trace["y"]);
  const sideways = trace["orientation"] === "h" && trace["type"] === "bar";
  if (x.length === 0 && !sideways) return { x: y.map((_, i) => i), y };
  if (y.length === 0) return { x, y: x.map((_, i) => i) };
  return { x, y };
}
