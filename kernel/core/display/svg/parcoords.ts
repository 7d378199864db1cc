/** Parallel coordinates: one upright axis for each dimension, one line for each row, coloured by a number. */
import { titleText, type Trace } from "../figure.js";
import { color as paletteColor, mix, safeColor, scaleOf } from "./colors.js";
import { element, ink, label, paleInk, path, plainLabel } from "./element.js";
import { listOf, numberOf, recordOf, scalarsOf } from "./panel.js";
import { linearTicks, type Tick } from "./ticks.js";
import { clip } from "../text.js";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function drawParcoords(box: Box, trace: Trace): string {
  const dimensions = listOf(trace["dimensions"]).map(recordOf).map(readDimension);
  const head = 24;
  const [top, height] = [box.top + head, Math.max(10, box.height - head)];
  const x = (i: number): number =>
    box.left + (dimensions.length > 1 ? (i / (dimensions.length - 1)) * box.width : box.width / 2);
  const rows = dimensions.reduce((n, d) => Math.max(n, d.values.length), 0);
  const paint = painter(trace);
  const lines = Array.from({ length: rows }, (_, row) => {
    const points = dimensions.map((d, i) => [x(i), top + (1 - d.share(d.values[row] ?? Number.NaN)) * height] as const);
    return element("path", { d: path(points), stroke: paint(row) });
  });
  const room = Math.max(8, Math.floor(box.width / Math.max(1, dimensions.length) / 6.2));
  const axes = dimensions.map((d, i) => {
    const last = i === dimensions.length - 1 && i > 0;
    const anchor = i === 0 ? "start" : last ? "end" : "middle";
    const side = last ? { "text-anchor": "end" } : {};
    return [
      element("path", {
        d: path([
          [x(i), top],
          [x(i), top + height],
        ]),
        stroke: paleInk,
        "stroke-width": 1,
      }),
      label(clip(d.label, room), x(i), box.top + 10, { "text-anchor": anchor, fill: ink, "font-size": 11.5 }),
      ...d.ticks.map((t) =>
        label(clip(t.text, room), x(i) + (last ? -5 : 5), top + (1 - d.share(t.value)) * height + 3.5, {
          ...side,
          "font-size": 10,
          stroke: "#fff",
          "stroke-width": 3,
          "paint-order": "stroke",
        }),
      ),
    ].join("");
  });
  const width = numberOf(recordOf(trace["line"])["width"], 1.5);
  const bar = recordOf(trace["line"])["showscale"] === true ? colorbar({ ...box, top, height }, trace) : "";
  return element("g", { fill: "none", "stroke-width": width, opacity: 0.85 }, "", ...lines) + axes.join("") + bar;
}

/** What the colours mean, right of the last axis: a strip from the lowest number to the highest, its name beside it. */
function colorbar(box: Box, trace: Trace): string {
  const of = colorsOf(trace);
  if (!of) return "";
  const parts = 24;
  const [left, tall] = [box.left + box.width + 34, box.height / parts];
  const strip = Array.from({ length: parts }, (_, i) =>
    element("rect", {
      x: left,
      y: box.top + i * tall,
      width: 11,
      height: tall + 0.3,
      fill: of.at(1 - (i + 0.5) / parts),
    }),
  );
  const ticks = linearTicks(of.low, of.high, 4).map((t) => {
    const share = of.high > of.low ? (t.value - of.low) / (of.high - of.low) : 0.5;
    return label(t.text, left + 16, box.top + (1 - share) * box.height + 3.5, { "font-size": 10 });
  });
  const name = plainLabel(titleText(recordOf(recordOf(trace["line"])["colorbar"])["title"]));
  const [x, y] = [left + 56, box.top + box.height / 2];
  return [
    ...strip,
    ...ticks,
    label(clip(name, 24), 0, 0, {
      "text-anchor": "middle",
      fill: ink,
      "font-size": 11.5,
      transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-90)`,
    }),
  ].join("");
}

interface Dimension {
  readonly label: string;
  readonly values: readonly number[];
  readonly ticks: readonly Tick[];
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
    text: plainLabel(String(ticktext[i] ?? v)),
  }));
  return {
    label: plainLabel(typeof d["label"] === "string" ? d["label"] : ""),
    values,
    ticks: ticks.length > 0 ? ticks.filter((t) => t.value >= low && t.value <= high) : linearTicks(low, high, 4),
    share: (value) => (high > low ? (value - low) / (high - low) : 0.5),
  };
}

function painter(trace: Trace): (row: number) => string {
  const line = recordOf(trace["line"]);
  const of = colorsOf(trace);
  if (!of) return () => safeColor(line["color"]) ?? paletteColor(0);
  return (row) => of.at(of.high > of.low ? ((of.numbers[row] ?? of.low) - of.low) / (of.high - of.low) : 0.5);
}

interface Colors {
  readonly numbers: readonly number[];
  readonly low: number;
  readonly high: number;
  /** Colour at a share of the way from low to high. */
  at(share: number): string;
}
/** Null: all lines have the same. */
function colorsOf(trace: Trace): Colors | null {
  const line = recordOf(trace["line"]);
  const numbers = scalarsOf(line["color"]).map(Number);
  const known = numbers.filter(Number.isFinite);
  if (known.length === 0) return null;
  const scale = scaleOf(line["colorscale"]);
  return {
    numbers,
    low: numberOf(
      line["cmin"],
      known.reduce((a, b) => Math.min(a, b)),
    ),
    high: numberOf(
      line["cmax"],
      known.reduce((a, b) => Math.max(a, b)),
    ),
    at: (share) => mix(scale, line["reversescale"] === true ? 1 - share : share),
  };
}
