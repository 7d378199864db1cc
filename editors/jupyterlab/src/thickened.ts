// plotly draws the lines of parallel coordinates with WebGL, always one pixel wide. This module draws each line several
// times with a small vertical shift, to reach the width that the figure specifies (`line.width`).
import type { Trace } from "#kernel/display/figure.js";

/** Pixels between two copies: small enough to leave no gap. */
const STEP = 0.7;
/** Approximate height of an axis in pixels. */
const TALL = 180;
/** Maximum number of lines to thicken; more would be illegible and slow. */
const MOST = 400;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
const numbersOf = (value: unknown): readonly number[] => listOf(value).map(Number);

export function thickened(trace: Trace): Trace {
  const line = recordOf(trace["line"]);
  const width = Number(line["width"]);
  const dimensions = listOf(trace["dimensions"]).map(recordOf);
  const rows = Math.max(0, ...dimensions.map((d) => listOf(d["values"]).length));
  if (trace["type"] !== "parcoords" || !(width > 1) || rows === 0 || rows > MOST) return trace;
  const copies = Math.max(2, Math.round(width / STEP));
  const shifts = Array.from({ length: copies }, (_, i) => ((i / (copies - 1) - 0.5) * (width - 1)) / TALL);
  const again = (list: readonly unknown[]): readonly unknown[] => shifts.flatMap(() => list);
  return {
    ...trace,
    line: { ...line, ...(Array.isArray(line["color"]) && { color: again(line["color"]) }) },
    dimensions: dimensions.map((d) => {
      const values = numbersOf(d["values"]);
      const given = numbersOf(d["range"]);
      const [low, high] = given.length === 2 ? given : [Math.min(...values), Math.max(...values)];
      const span = (high ?? 0) - (low ?? 0);
      const copied = shifts.flatMap((by) => values.map((v) => v + by * span));
      return { ...d, ...(span > 0 && { range: [low, high] }), values: copied };
    }),
  };
}
