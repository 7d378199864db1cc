/**
 * Downsamples long series without changing their look: lines by largest triangles (LTTB), histograms to their bars. So
 * a stored notebook stays small, however long a run was.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { Figure, PlotlyTrace } from "../trace.js";
import { histogramAsBars } from "../svg/bars.js";
import { traceXAndY, arrayOrEmpty } from "../svg/values.js";

/** Maximum points of a trace, and of all traces of a figure together. */
const most = { trace: 1000, figure: 6000, histogram: 1000 } as const;

/** Also converts the figure to plain JSON: typed arrays become arrays, NaN and infinities null, dates text. */
export function downsampleFigure(figure: Figure): Figure {
  const budget = Math.min(
    most.trace,
    Math.max(100, Math.floor(most.figure / Math.max(1, arrayOrEmpty(figure.data).length))),
  );
  const { data, layout, config } = plainJson({ ...figure, data: arrayOrEmpty(figure.data).filter(isRecord) }) as Figure;
  return {
    data: data.map((trace) => thinTrace(trace, budget)),
    layout: isRecord(layout) ? withTitles(layout) : {},
    ...(config ? { config } : {}),
  };
}

function thinTrace(trace: PlotlyTrace, budget: number): PlotlyTrace {
  const type = trace["type"] ?? "scatter";
  if (type === "histogram")
    return Math.max(arrayOrEmpty(trace["x"]).length, arrayOrEmpty(trace["y"]).length) > most.histogram
      ? histogramAsBars(trace)
      : trace;
  if (type !== "scatter" && type !== "scattergl") return trace;
  const { x, y } = traceXAndY(trace);
  const length = Math.min(x.length, y.length);
  // Lines with gaps were downsampled by the caller: downsampling here would close the gaps.
  if (length <= budget || (trace["connectgaps"] === false && length <= most.figure)) return trace;
  const keep = largestTriangleIndices(
    x.map((v, i) => (typeof v === "number" ? v : i)),
    y.map(Number),
    budget,
  );
  return { ...pick(trace, keep, Math.max(x.length, y.length)), x: keep.map((i) => x[i]), y: keep.map((i) => y[i]) };
}

/** Selects points in every array of the trace, or one level inside it, that has one element per point. */
function pick(trace: PlotlyTrace, keep: readonly number[], length: number): PlotlyTrace {
  return Object.fromEntries(
    Object.entries(trace).map(([key, value]) => {
      if (Array.isArray(value) && value.length === length) return [key, keep.map((i) => value[i] as unknown)];
      if (key === "marker" || key === "line" || key === "error_y")
        return [key, typeof value === "object" && value !== null ? pick(value as PlotlyTrace, keep, length) : value];
      return [key, value];
    }),
  );
}

/**
 * Returns the indices of the points to keep, including first and last: Steinarsson's largest-triangle-three-buckets.
 * Libraries return points instead of indices, which are needed to select a trace's other arrays; and the web page must
 * stay small.
 */
export function largestTriangleIndices(x: readonly number[], y: readonly number[], wanted: number): number[] {
  const n = Math.min(x.length, y.length);
  if (n <= wanted || wanted < 3) return Array.from({ length: n }, (_, i) => i);
  const height = (i: number): number => (Number.isFinite(y[i]) ? y[i]! : 0);
  const size = (n - 2) / (wanted - 2);
  const keep = [0];
  for (let bucket = 0; bucket < wanted - 2; bucket++) {
    const from = Math.floor(bucket * size) + 1;
    const to = Math.floor((bucket + 1) * size) + 1;
    const end = Math.min(n, Math.floor((bucket + 2) * size) + 1);
    let [meanX, meanY] = [0, 0];
    for (let i = to; i < end; i++) [meanX, meanY] = [meanX + x[i]! / (end - to), meanY + height(i) / (end - to)];
    const last = lastOf(keep);
    let [best, area] = [from, -1];
    for (let i = from; i < to; i++) {
      const twice = Math.abs(
        (x[last]! - meanX) * (height(i) - height(last)) - (x[last]! - x[i]!) * (meanY - height(last)),
      );
      if (twice > area) [best, area] = [i, twice];
    }
    keep.push(best);
  }
  return [...keep, n - 1];
}

/** Converts titles to `{ text }`: plotly no longer reads the older bare text. */
function withTitles(layout: PlotlyTrace): PlotlyTrace {
  return Object.fromEntries(
    Object.entries(layout).map(([key, value]) => {
      if (key === "title" && typeof value === "string") return [key, { text: value }];
      return [key, /^[xy]axis\d*$/.test(key) && isRecord(value) ? withTitles(value) : value];
    }),
  );
}

/** Converts to JSON values with plotly's meaning; functions and the like are left out. */
function plainJson(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return arrayOrEmpty(value).map(plainJson);
  if (Array.isArray(value)) return value.map(plainJson);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string") return value.replace(/\p{Surrogate}/gu, "\ufffd");
  if (typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined && typeof v !== "function")
      .map(([k, v]) => [k, plainJson(v)]),
  );
}
