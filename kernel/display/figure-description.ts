/**
 * Describes a plotly figure in words, from its data: the text alternative of a picture, for screen readers and for
 * viewers without pictures.
 */
import { clip, plural, significantText } from "../host/value-text.js";
import { labelWithoutMarkup } from "./svg/element.js";
import { traceXAndY, arrayOrEmpty, numberOrDefault, recordOf, scalarsOf } from "./svg/values.js";
import { plotTitleText, type Figure, type PlotlyTrace } from "./trace.js";

/** Maximum number of traces that are described; the others are counted. */
const TRACES = 8;
/** Maximum number of bars whose values are listed. */
const BARS = 8;
/** Maximum number of cells whose values are listed. */
const CELLS = 36;
/** Maximum letters of a description. */
const LONGEST = 1200;
/** Share of a line's range by which its ends must differ, to be called rising or falling. */
const NOTICEABLE = 0.05;

/** Returns e.g. `Training of mood. training loss falls from 0.7 to 0.2 over step 1 to 75; lowest 0.19 at 71.` */
export function describeFigure({ data, layout = {} }: Figure): string {
  const title = labelWithoutMarkup(plotTitleText(layout["title"]));
  const visible = data.filter((trace) => trace["hoverinfo"] !== "skip" && trace["visible"] !== false);
  const described = visible.map((trace) => describeTrace(trace, layout)).filter((text) => text !== "");
  const more = described.length - TRACES;
  const sentences = [
    title,
    ...described.slice(0, TRACES),
    more > 0 ? `and ${plural(more, "more series", "more series")}` : "",
  ];
  return clip(sentences.flatMap((text) => (text === "" ? [] : [`${text}.`])).join(" "), LONGEST);
}

type Layout = Readonly<Record<string, unknown>>;

function describeTrace(trace: PlotlyTrace, layout: Layout): string {
  const type = typeof trace["type"] === "string" ? trace["type"] : "scatter";
  const name = labelWithoutMarkup(plotTitleText(trace["name"]));
  const across = axisTitle(trace, layout, "x");
  const up = axisTitle(trace, layout, "y");
  if (type === "heatmap" || type === "contour") return describeCells(trace, name, [across, up]);
  if (type === "parcoords") return describeParallel(trace, name);
  if (type !== "scatter" && type !== "bar") return `${name === "" ? "" : `${name}: `}${type}`;
  const what =
    (name !== "" && name.toLowerCase().includes(up.toLowerCase()) ? name : [name, up].filter(Boolean).join(", ")) ||
    "values";
  if (type === "bar") return describeBars(trace, what);
  const mode = typeof trace["mode"] === "string" ? trace["mode"] : "lines";
  return mode.includes("lines") ? describeLine(trace, what, across) : describePoints(trace, what, across);
}

function axisTitle(trace: PlotlyTrace, layout: Layout, axis: "x" | "y"): string {
  const id = trace[`${axis}axis`];
  const number = typeof id === "string" ? id.slice(1) : "";
  return labelWithoutMarkup(plotTitleText(recordOf(layout[`${axis}axis${number}`])["title"]));
}

interface Point {
  readonly x: unknown;
  readonly y: number;
}

function pointsOf(trace: PlotlyTrace): readonly Point[] {
  const { x, y } = traceXAndY(trace);
  return y.flatMap((value, i) => (typeof value === "number" && Number.isFinite(value) ? [{ x: x[i], y: value }] : []));
}

const text = (value: unknown): string =>
  typeof value === "number" ? significantText(value, 3) : clip(String(value), 40);
const lowest = (points: readonly Point[]): Point => points.reduce((a, b) => (b.y < a.y ? b : a));
const highest = (points: readonly Point[]): Point => points.reduce((a, b) => (b.y > a.y ? b : a));

function describeLine(trace: PlotlyTrace, what: string, across: string): string {
  const points = pointsOf(trace);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "";
  if (points.length === 1) return `${what}: ${text(first.y)} at ${text(first.x)}`;
  const [low, high] = [lowest(points), highest(points)];
  const change = last.y - first.y;
  const over = `over ${across === "" ? "" : `${across} `}${text(first.x)} to ${text(last.x)}`;
  const ends = `from ${text(first.y)} to ${text(last.y)} ${over}`;
  if (Math.abs(change) <= NOTICEABLE * (high.y - low.y) || high.y === low.y)
    return `${what} starts at ${text(first.y)} and ends at ${text(last.y)} ${over}; lowest ${text(low.y)}, highest ${text(high.y)}`;
  const extreme = change < 0 ? low : high;
  const beyond =
    extreme.y === last.y ? "" : `; ${change < 0 ? "lowest" : "highest"} ${text(extreme.y)} at ${text(extreme.x)}`;
  return `${what} ${change < 0 ? "falls" : "rises"} ${ends}${beyond}`;
}

function describePoints(trace: PlotlyTrace, what: string, across: string): string {
  const points = pointsOf(trace);
  if (points.length === 0) return "";
  const [low, high] = [lowest(points), highest(points)];
  if (points.length === 1) return `${what}: ${text(low.y)} at ${text(low.x)}`;
  const axis = across === "" ? "" : `${across} `;
  return `${what}: ${String(points.length)} points, from ${text(low.y)} (${axis}${text(low.x)}) to ${text(high.y)} (${axis}${text(high.x)})`;
}

function describeBars(trace: PlotlyTrace, what: string): string {
  const sideways = trace["orientation"] === "h";
  const { x, y } = traceXAndY(trace);
  const [names, values] = sideways ? [y, x] : [x, y];
  const bars = values.flatMap((value, i) => (typeof value === "number" ? [{ x: names[i], y: value }] : []));
  if (bars.length === 0) return "";
  if (bars.length <= BARS) return `${what}: ${bars.map((bar) => `${text(bar.x)} ${text(bar.y)}`).join(", ")}`;
  const [low, high] = [lowest(bars), highest(bars)];
  return `${what}: ${String(bars.length)} bars, from ${text(low.y)} (${text(low.x)}) to ${text(high.y)} (${text(high.x)})`;
}

function describeCells(trace: PlotlyTrace, name: string, [across, up]: readonly [string, string]): string {
  const rows = arrayOrEmpty(trace["z"]).map(arrayOrEmpty);
  const values = rows.flat().filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  if (values.length === 0) return name;
  const begin = name === "" ? "" : `${name}: `;
  const [columnNames, rowNames] = [scalarsOf(trace["x"]), scalarsOf(trace["y"])];
  if (rowNames.length === rows.length && rows.length * columnNames.length <= CELLS) {
    const shown = arrayOrEmpty(trace["text"]).map(arrayOrEmpty);
    const cells = (row: readonly unknown[], i: number): string =>
      columnNames
        .map((column, j) => [column, shown[i]?.[j] ?? row[j]] as const)
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([column, value]) => `${text(column)} ${text(value)}`)
        .join(", ");
    const lines = rows.map((row, i) => `${up === "" ? "" : `${up} `}${text(rowNames[i])}: ${cells(row, i)}`);
    return `${begin}${across === "" ? "" : `${across} by ${up}; `}${lines.join("; ")}`;
  }
  const size = `${String(rows.length)} × ${String(rows[0]?.length ?? 0)} cells`;
  // A spread of all values could exceed the stack.
  const [low, high] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  return `${begin}${size}, from ${text(low)} to ${text(high)}`;
}

function describeParallel(trace: PlotlyTrace, name: string): string {
  const dimensions = arrayOrEmpty(trace["dimensions"]).map(recordOf);
  const names = dimensions.map(({ label }) => labelWithoutMarkup(plotTitleText(label))).filter((label) => label !== "");
  const lines = numberOrDefault(arrayOrEmpty(dimensions[0]?.["values"]).length, 0);
  return `${name === "" ? "" : `${name}: `}${plural(lines, "line")} over ${names.slice(0, 12).join(", ")}`;
}
