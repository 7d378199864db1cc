/** Grouped and stacked bars, vertical or horizontal; and the small histogram of the data preview. */
import type { PlotlyTrace } from "../trace.js";
import { safeColor } from "./colors.js";
import { svgDocument, svgElement, inkColor, svgLabel, labelWithoutMarkup } from "./element.js";
import { xPositionOfAxisUnit, yPositionOfAxisUnit, type DrawnTrace, type PlotPanel } from "./panel.js";
import { traceXAndY, maxCoordinate, arrayOrEmpty, numberOrDefault, recordOf, scalarsOf } from "./values.js";
import { valueInAxisUnits } from "./axis.js";
import { linearTicks } from "./ticks.js";

/** Draws all bar traces of a plot together, since they share the width. */
export function drawBarTraces(panel: PlotPanel, traces: readonly DrawnTrace[], stacked: boolean): string {
  const ends = new Map<string, number>(); // top of each stack so far
  return traces
    .map(({ trace, color }, n) => {
      const lying = trace["orientation"] === "h";
      const { x, y } = traceXAndY(trace);
      const [keys, values] = lying ? [y, x] : [x, y];
      const axis = lying ? panel.y : panel.x;
      const units = keys.map((key) => valueInAxisUnits(axis.kind, axis.categories, key));
      const room = numberOrDefault(trace["width"], gap(units) * (trace["type"] === "histogram" ? 0.96 : 0.8));
      const thick = stacked ? room : room / traces.length;
      const fill = safeColor(recordOf(trace["marker"])["color"]) ?? color;
      const colors = scalarsOf(recordOf(trace["marker"])["color"]);
      const texts = scalarsOf(trace["text"]);
      const bars = values.map((value, i) => {
        const size = Number(value);
        const unit = units[i]!;
        if (!Number.isFinite(size) || !Number.isFinite(unit)) return "";
        const key = `${unit} ${size >= 0}`;
        const base = stacked ? (ends.get(key) ?? 0) : 0;
        ends.set(key, base + size);
        const start = stacked ? unit - room / 2 : unit - room / 2 + n * thick;
        const [a, b] = lying
          ? [yPositionOfAxisUnit(panel, start), yPositionOfAxisUnit(panel, start + thick)]
          : [xPositionOfAxisUnit(panel, start), xPositionOfAxisUnit(panel, start + thick)];
        const [c, d] = lying
          ? [xPositionOfAxisUnit(panel, base), xPositionOfAxisUnit(panel, base + size)]
          : [yPositionOfAxisUnit(panel, base), yPositionOfAxisUnit(panel, base + size)];
        const [along, across] = [Math.min(a, b), Math.min(c, d)];
        const [thickness, length] = [Math.abs(b - a), Math.abs(d - c)];
        const barColor = safeColor(colors[i]);
        const text = lying && trace["textposition"] === "outside" ? labelWithoutMarkup(String(texts[i] ?? "")) : "";
        const beside = text && svgLabel(text, across + length + 5, along + thickness / 2 + 4, { fill: inkColor });
        return lying
          ? svgElement("rect", { x: across, y: along, width: length, height: thickness, fill: barColor }) + beside
          : svgElement("rect", { x: along, y: across, width: thickness, height: length, fill: barColor });
      });
      return svgElement(
        "g",
        {
          fill,
          opacity: numberOrDefault(trace["opacity"], 1) === 1 ? undefined : numberOrDefault(trace["opacity"], 1),
        },
        "",
        ...bars,
      );
    })
    .join("");
}

/** Converts a histogram to bars: about √n bins, at most 60, with round edges. Text values are counted. */
export function histogramAsBars(trace: PlotlyTrace): PlotlyTrace {
  const lying = arrayOrEmpty(trace["x"]).length === 0;
  const values = scalarsOf(lying ? trace["y"] : trace["x"]);
  const numbers = values.map((v) => (v === null ? Number.NaN : Number(v))).filter((x) => Math.abs(x) < maxCoordinate);
  const bars =
    numbers.length < values.length / 2 ? counted(values) : binned(numbers, numberOrDefault(trace["nbinsx"], 0));
  const dropped = new Set(["x", "y", "type", "nbinsx", "xbins"]);
  const rest = Object.fromEntries(Object.entries(trace).filter(([key]) => !dropped.has(key)));
  const sides = lying ? { orientation: "h", x: bars.counts, y: bars.keys } : { x: bars.keys, y: bars.counts };
  return { ...rest, type: "bar", ...sides, ...(bars.width === undefined ? {} : { width: bars.width }) };
}

function counted(values: readonly unknown[]): { keys: readonly (string | number)[]; counts: number[]; width?: number } {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return { keys: [...counts.keys()], counts: [...counts.values()] };
}

function binned(
  numbers: readonly number[],
  wanted: number,
): { keys: readonly (string | number)[]; counts: number[]; width?: number } {
  if (numbers.length === 0) return { keys: [], counts: [] };
  const low = numbers.reduce((a, b) => Math.min(a, b));
  const high = numbers.reduce((a, b) => Math.max(a, b));
  const ticks = linearTicks(low, high, wanted || Math.min(60, Math.max(5, Math.ceil(Math.sqrt(numbers.length)))));
  const step = ticks.length > 1 ? ticks[1]!.value - ticks[0]!.value : 1;
  const first = Math.floor(low / step + 1e-9);
  const counts = new Array<number>(Math.floor(high / step + 1e-9) - first + 1).fill(0);
  for (const x of numbers) counts[Math.min(counts.length - 1, Math.floor(x / step + 1e-9) - first)]! += 1;
  return { keys: counts.map((_, i) => Number(((first + i + 0.5) * step).toPrecision(12))), counts, width: step * 0.96 };
}

/**
 * A small histogram without a frame: `counts[i]` is between `i * step` and `(i + 1) * step`. Its greys suit light and
 * dark pages.
 */
export function drawSmallHistogram(
  counts: readonly number[],
  step: number,
): { svg: string; width: number; height: number } {
  const [width, height, foot] = [420, 96, 18];
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const room = (width - 12) / Math.max(1, counts.length);
  const grey = "#8a8f98";
  const rects = counts.map((n, i) => {
    const tall = n === 0 ? 0 : Math.max(1, (n / most) * (height - foot - 4));
    return svgElement("rect", {
      x: 6 + i * room + room * 0.06,
      y: height - foot - tall,
      width: room * 0.88,
      height: tall,
    });
  });
  const ticks = linearTicks(0, counts.length * step, 6).map((t) =>
    svgLabel(t.text, 6 + (t.value / step) * room, height - 4, {
      "font-size": 10,
      fill: grey,
      "text-anchor": t.value === 0 ? "start" : t.value >= counts.length * step ? "end" : "middle",
    }),
  );
  const ground = svgElement("path", {
    d: `M6 ${height - foot + 0.5}H${width - 6}`,
    stroke: grey,
    "stroke-width": 0.75,
    opacity: 0.6,
  });
  return {
    svg: svgDocument(
      width,
      height,
      "lengths in tokens",
      [svgElement("g", { fill: "#5b8fcf" }, "", ...rects), ground, ...ticks],
      "none",
    ),
    width,
    height,
  };
}

function gap(units: readonly number[]): number {
  const sorted = [...new Set(units.filter(Number.isFinite))].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((u, i) => u - sorted[i]!);
  return gaps.length > 0 ? Math.min(...gaps) : 1;
}
