/** Converts a trace's values to the expected types: lists, records, numbers within the range of a picture. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { PlotlyTrace } from "../trace.js";

function isTypedArray(value: unknown): value is ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
/** Returns an array of a trace (typed arrays too); empty for anything else. */
export function arrayOrEmpty(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return isTypedArray(value) ? Array.from(value) : [];
}
/** Greatest coordinate; beyond it, spans would overflow. */
export const maxCoordinate = 1e150;

/** The same, with null for values that are no scalars (lists, records) or out of range. */
export function scalarsOf(value: unknown): readonly (string | number | boolean | null)[] {
  return arrayOrEmpty(value).map((v) =>
    typeof v === "string" || typeof v === "boolean" || (typeof v === "number" && Math.abs(v) < maxCoordinate)
      ? v
      : null,
  );
}
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
export function numberOrDefault(value: unknown, otherwise: number): number {
  return typeof value === "number" && Math.abs(value) < maxCoordinate ? value : otherwise;
}
/** Returns x and y of a trace; a missing one becomes 0, 1, 2, … */
export function traceXAndY(trace: PlotlyTrace): { readonly x: readonly unknown[]; readonly y: readonly unknown[] } {
  const x = scalarsOf(trace["x"]);
  const y = scalarsOf(trace["y"]);
  const sideways = trace["orientation"] === "h" && trace["type"] === "bar";
  if (x.length === 0 && !sideways) return { x: y.map((_, i) => i), y };
  if (y.length === 0) return { x, y: x.map((_, i) => i) };
  return { x, y };
}
