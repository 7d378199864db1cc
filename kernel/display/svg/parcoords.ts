/** Parallel coordinates: one vertical axis per dimension, one line per row, coloured by a number. */
import { plotTitleText, type PlotlyTrace } from "../trace.js";
import { colorbar } from "./colorbar.js";
import { paletteColor, safeColor } from "./colors.js";
import { svgElement, inkColor, svgLabel, paleInkColor, svgPath, labelWithoutMarkup } from "./element.js";
import { arrayOrEmpty, numberOrDefault, recordOf, scalarsOf } from "./values.js";
import { colorAt, colorMappingOf } from "./painting.js";
import { linearTicks, type AxisTick } from "./ticks.js";
import { clip } from "../../host/value-text.js";

export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** `head`: pixels at the top of the box for the names of the axes; if 0, they are above the box. */
export function drawParcoords(box: PlotBox, trace: PlotlyTrace, { head = 24 } = {}): string {
  const dimensions = arrayOrEmpty(trace["dimensions"]).map(recordOf).map(readDimension);
  const [top, height] = [box.top + head, Math.max(10, box.height - head)];
  const x = (i: number): number =>
    box.left + (dimensions.length > 1 ? (i / (dimensions.length - 1)) * box.width : box.width / 2);
  const rows = dimensions.reduce((n, d) => Math.max(n, d.values.length), 0);
  const paint = painter(trace);
  const lines = Array.from({ length: rows }, (_, row) => {
    const points = dimensions.map((d, i) => [x(i), top + (1 - d.share(d.values[row] ?? Number.NaN)) * height] as const);
    return svgElement("path", { d: svgPath(points), stroke: paint(row) });
  });
  const room = Math.max(8, Math.floor(box.width / Math.max(1, dimensions.length - 1) / 6.2));
  const axes = dimensions.map((d, i) => {
    const last = i === dimensions.length - 1 && i > 0;
    const anchor = head === 0 ? "middle" : i === 0 ? "start" : last ? "end" : "middle";
    const side = last ? { "text-anchor": "end" } : {};
    return [
      svgElement("path", {
        d: svgPath([
          [x(i), top],
          [x(i), top + height],
        ]),
        stroke: paleInkColor,
        "stroke-width": 1,
      }),
      ...d.label.map((line, n) => {
        const up = 14 + 13 * (d.label.length - 1 - n);
        return svgLabel(clip(line, room), x(i), top - up, { "text-anchor": anchor, fill: inkColor, "font-size": 11.5 });
      }),
      ...d.ticks.map((t) =>
        svgLabel(clip(t.text, room), x(i) + (last ? -5 : 5), top + (1 - d.share(t.value)) * height + 3.5, {
          ...side,
          "font-size": 10,
          stroke: "#fff",
          "stroke-width": 3,
          "paint-order": "stroke",
        }),
      ),
    ].join("");
  });
  const width = numberOrDefault(recordOf(trace["line"])["width"], 1.5);
  const bar = recordOf(trace["line"])["showscale"] === true ? keyOf({ ...box, top, height }, trace) : "";
  return svgElement("g", { fill: "none", "stroke-width": width, opacity: 0.85 }, "", ...lines) + axes.join("") + bar;
}

/** Draws the colour legend right of the last axis. */
function keyOf(box: PlotBox, trace: PlotlyTrace): string {
  const colors = colorMappingOf(recordOf(trace["line"]));
  const name = labelWithoutMarkup(plotTitleText(recordOf(recordOf(trace["line"])["colorbar"])["title"]));
  return colors ? colorbar(colors, { left: box.left + box.width + 34, top: box.top, height: box.height }, name) : "";
}

interface Dimension {
  /** Label in one or several lines. */
  readonly label: readonly string[];
  readonly values: readonly number[];
  readonly ticks: readonly AxisTick[];
  share(value: number): number;
}

function readDimension(d: Readonly<Record<string, unknown>>): Dimension {
  const values = scalarsOf(d["values"]).map((v) => (v === null ? Number.NaN : Number(v)));
  const range = scalarsOf(d["range"]).map(Number);
  const known = (range.length === 2 ? range : values).filter(Number.isFinite);
  const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const ticktext = scalarsOf(d["ticktext"]);
  const ticks = scalarsOf(d["tickvals"]).map((v, i) => ({
    value: Number(v),
    text: labelWithoutMarkup(String(ticktext[i] ?? v)),
  }));
  return {
    label: (typeof d["label"] === "string" ? d["label"] : "").split(/<br\s*\/?>/i).map(labelWithoutMarkup),
    values,
    ticks: ticks.length > 0 ? ticks.filter((t) => t.value >= low && t.value <= high) : linearTicks(low, high, 4),
    share: (value) => (high > low ? (value - low) / (high - low) : 0.5),
  };
}

function painter(trace: PlotlyTrace): (row: number) => string {
  const line = recordOf(trace["line"]);
  const colors = colorMappingOf(line);
  return (row) => (colors ? colorAt(colors, row) : (safeColor(line["color"]) ?? paletteColor(0)));
}
