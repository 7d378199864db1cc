/**
 * The static picture of a plotly figure, for viewers without scripts: lines, markers, bars, histograms, heat maps and
 * parallel coordinates, with subplots, logarithmic, date and category axes, and a legend. Supported fields have
 * plotly's meaning, others are ignored; a trace of another kind is named in the picture.
 */
import { plotTitleText, type Figure, type PlotlyTrace } from "../trace.js";
import { OUTPUT_WIDTH } from "../html.js";
import { clip } from "../../host/value-text.js";
import { makeAxis, type Axis } from "./axis.js";
import { drawBarTraces, histogramAsBars } from "./bars.js";
import { paletteColor, safeColor } from "./colors.js";
import {
  svgDocument,
  svgElement,
  inkColor,
  svgLabel,
  paleInkColor,
  svgPath,
  labelWithoutMarkup,
  coordinateText,
  ruleColor,
  textWidth,
} from "./element.js";
import { drawContour } from "./contour.js";
import { axisCellLabels, drawHeatmap } from "./heatmap.js";
import { xPositionOfAxisUnit, yPositionOfAxisUnit, type DrawnTrace, type PlotPanel } from "./panel.js";
import { traceXAndY, arrayOrEmpty, numberOrDefault, recordOf } from "./values.js";
import { drawMarkerShape } from "./markers.js";
import { drawParcoords, type PlotBox } from "./parcoords.js";
import { drawScatter } from "./scatter.js";

export interface SvgPicture {
  readonly svg: string;
  /** Size in pixels. */
  readonly width: number;
  readonly height: number;
}

export function drawFigure(figure: Figure): SvgPicture {
  const layout = figure.layout ?? {};
  const width = Math.round(Math.min(2000, Math.max(160, numberOrDefault(layout["width"], OUTPUT_WIDTH))));
  const height = Math.round(Math.min(2000, Math.max(120, numberOrDefault(layout["height"], 380))));
  const [title = "", below = ""] = plotTitleText(layout["title"])
    .split(/<br\s*\/?>/i)
    .map(labelWithoutMarkup);
  const heading = (title ? 34 : 12) + (below ? 18 : 0);
  const traces = figure.data
    .filter((t) => t["visible"] !== false && t["visible"] !== "legendonly")
    .map((t, i) => prepared(t, i));
  const legend = legendOf(traces, layout, width);
  const head = heading + legend.height;
  const panels = cartesian(traces, layout);
  const left = 14 + Math.max(24, ...panels.map((p) => axisRoom(p.y)));
  const bottom = 30 + (panels.some((p) => p.x.title !== "") ? 18 : 0) + slantRoom(panels, width - left - 22);
  const inner: PlotBox = {
    left,
    top: head + 4,
    width: Math.max(40, width - left - 22),
    height: Math.max(40, height - head - bottom),
  };
  const body = [
    ...(title
      ? [svgLabel(clip(title, Math.floor(width / 8)), 16, 24, { "font-size": 15, "font-weight": 600, fill: inkColor })]
      : []),
    ...(below ? [svgLabel(clip(below, Math.floor(width / 6)), 16, 43, { "font-size": 12, fill: inkColor })] : []),
    svgElement("g", { transform: `translate(0 ${title ? heading : 8})` }, "", legend.svg),
    ...panels.map((p) => drawPanel(p, inner)),
    ...traces
      .filter(({ trace }) => trace["type"] === "parcoords")
      .map(({ trace }) =>
        drawParcoords(boxOf(inner, recordOf(trace["domain"])), trace, {
          // Below the top of the figure, there is space above the axes already.
          head: pair(recordOf(trace["domain"])["y"])[1] < 1 ? 0 : 24,
        }),
      ),
    ...traces
      .filter(({ trace }) => !known.has(kindOf(trace)))
      .map(({ trace }, i) =>
        svgLabel(
          `a trace of type ${clip(kindOf(trace), 40)}: shown where scripts run`,
          inner.left + 4,
          inner.top + 16 + i * 16,
        ),
      ),
  ];
  return { svg: svgDocument(width, height, title || "figure", body), width, height };
}

const known = new Set(["scatter", "scattergl", "bar", "heatmap", "contour", "parcoords"]);

function kindOf(trace: PlotlyTrace): string {
  return typeof trace["type"] === "string" ? trace["type"] : "scatter";
}

function prepared(trace: PlotlyTrace, i: number): DrawnTrace {
  const ready = trace["type"] === "histogram" ? histogramAsBars(trace) : trace;
  return {
    trace: ready,
    color:
      safeColor(recordOf(trace["line"])["color"]) ?? safeColor(recordOf(trace["marker"])["color"]) ?? paletteColor(i),
  };
}

interface Group {
  readonly x: Axis;
  readonly y: Axis;
  readonly traces: readonly DrawnTrace[];
  readonly stacked: boolean;
}

/** Groups traces that share both axes. */
function cartesian(traces: readonly DrawnTrace[], layout: NonNullable<Figure["layout"]>): Group[] {
  const drawn = traces.filter(({ trace }) => kindOf(trace) !== "parcoords" && known.has(kindOf(trace)));
  const key = ({ trace }: DrawnTrace, side: "x" | "y"): string =>
    typeof trace[`${side}axis`] === "string" ? (trace[`${side}axis`] as string) : side;
  const axis = (side: "x" | "y", name: string): Axis => {
    const axisLayout = recordOf(layout[name.replace(/^([xy])/, "$1axis")]);
    const over =
      typeof axisLayout["overlaying"] === "string"
        ? recordOf(layout[axisLayout["overlaying"].replace(/^([xy])/, "$1axis")])
        : {};
    const on = drawn.filter((d) => key(d, side) === name);
    const bars = on.some(
      ({ trace }) => trace["type"] === "bar" && (trace["orientation"] === "h" ? side === "x" : side === "y"),
    );
    const values = on.flatMap((d) => valuesOn(d.trace, side, on, layout["barmode"] === "stack"));
    return makeAxis({ ...(over["domain"] ? { domain: over["domain"] } : {}), ...axisLayout }, values, {
      grounded: bars,
    });
  };
  const pairs = [...new Set(drawn.map((d) => `${key(d, "x")} ${key(d, "y")}`))];
  return pairs.map((pair) => {
    const [x, y] = pair.split(" ") as [string, string];
    return {
      x: axis("x", x),
      y: axis("y", y),
      traces: drawn.filter((d) => `${key(d, "x")} ${key(d, "y")}` === pair),
      stacked: layout["barmode"] === "stack" || layout["barmode"] === "relative",
    };
  });
}

/** Returns a trace's values on an axis; stacked bars extend to their sum, and bars include their width. */
function valuesOn(
  trace: PlotlyTrace,
  side: "x" | "y",
  on: readonly DrawnTrace[],
  stacked: boolean,
): readonly unknown[] {
  if (trace["type"] === "heatmap") return axisCellLabels(trace, side).map(String);
  const values = traceXAndY(trace)[side];
  if (trace["type"] !== "bar") return values;
  const lying = trace["orientation"] === "h";
  if ((side === "x") === lying) {
    if (!stacked) return values;
    const sums = new Map<unknown, number>();
    for (const { trace: t } of on.filter((d) => d.trace["type"] === "bar")) {
      const c = traceXAndY(t);
      const [keys, sizes] = lying ? [c.y, c.x] : [c.x, c.y];
      keys.forEach((k, i) => sums.set(k, (sums.get(k) ?? 0) + Number(sizes[i])));
    }
    return [...sums.values()];
  }
  const half = numberOrDefault(trace["width"], 0.8) / 2;
  return values.flatMap((v) => (typeof v === "number" ? [v - half, v + half] : [v]));
}

function axisRoom(axis: Axis): number {
  const widest = Math.max(0, ...axis.ticks(6).map((t) => Math.min(150, textWidth(clip(t.text, 22)))));
  return (axis.visible ? widest : 0) + (axis.title ? 18 : 0) + 8;
}

function drawPanel(group: Group, inner: PlotBox): string {
  const [x0, x1] = group.x.domain;
  const [y0, y1] = group.y.domain;
  const several = x0 > 0 ? axisRoom(group.y) : 0; // a plot that starts inside the figure needs space for its axis labels
  const box = boxOf(inner, { x: [x0, x1], y: [y0, y1] });
  const shift = Math.max(0, several - x0 * inner.width * 0.12);
  const panel: PlotPanel = {
    ...box,
    left: box.left + shift,
    width: Math.max(20, box.width - shift),
    x: group.x,
    y: group.y,
  };
  const bars = group.traces.filter(({ trace }) => trace["type"] === "bar");
  const heat = group.traces.some(({ trace }) => trace["type"] === "heatmap");
  // Empty cells show the background where the square ends.
  const ground = heat
    ? svgElement("rect", { x: panel.left, y: panel.top, width: panel.width, height: panel.height, fill: "#f5f6f8" })
    : "";
  return [
    ground,
    drawAxes(panel, heat),
    bars.length > 0 ? drawBarTraces(panel, bars, group.stacked) : "",
    ...group.traces.map((d) =>
      d.trace["type"] === "heatmap"
        ? drawHeatmap(panel, d.trace)
        : d.trace["type"] === "contour"
          ? drawContour(panel, d.trace)
          : d.trace["type"] === "bar"
            ? ""
            : drawScatter(panel, d),
    ),
  ].join("");
}

function drawAxes(p: PlotPanel, bare: boolean): string {
  const [bottom, right] = [p.top + p.height, p.left + p.width];
  const xs = p.x.ticks(Math.max(2, p.width / 58));
  const ys = p.y.ticks(Math.max(2, p.height / 38));
  const crowded = isCrowded(p.x, p.width);
  const grid = bare
    ? ""
    : ys
        .map(
          (t) =>
            `M${coordinateText(p.left)} ${coordinateText(yPositionOfAxisUnit(p, t.value))}H${coordinateText(right)}`,
        )
        .join("") +
      (p.x.kind === "category"
        ? ""
        : xs
            .map(
              (t) =>
                `M${coordinateText(xPositionOfAxisUnit(p, t.value))} ${coordinateText(p.top)}V${coordinateText(bottom)}`,
            )
            .join(""));
  const side = p.y.right ? { x: right + 6, anchor: "start" } : { x: p.left - 7, anchor: "end" };
  const titleX = p.y.right ? right + 40 : p.left - axisRoom(p.y) + 4;
  return [
    grid === "" ? "" : svgElement("path", { d: grid, stroke: ruleColor, "stroke-width": 1, fill: "none" }),
    bare
      ? ""
      : svgElement("path", {
          d: svgPath([
            [p.left, bottom],
            [right, bottom],
          ]),
          stroke: paleInkColor,
          "stroke-width": 1,
          fill: "none",
        }),
    ...(p.x.visible
      ? xs.map((t) =>
          crowded
            ? slanted(t.text, xPositionOfAxisUnit(p, t.value), bottom + 13)
            : svgLabel(clip(t.text, 22), xPositionOfAxisUnit(p, t.value), bottom + 16, { "text-anchor": "middle" }),
        )
      : []),
    ...(p.y.visible
      ? ys.map((t) =>
          svgLabel(clip(t.text, 22), side.x, yPositionOfAxisUnit(p, t.value) + 4, { "text-anchor": side.anchor }),
        )
      : []),
    p.x.title
      ? svgLabel(p.x.title, p.left + p.width / 2, bottom + 34 + (crowded ? slantOf(p.x) : 0), {
          "text-anchor": "middle",
          fill: inkColor,
        })
      : "",
    p.y.title
      ? svgLabel(p.y.title, 0, 0, {
          "text-anchor": "middle",
          fill: inkColor,
          transform: `translate(${Math.round(titleX)} ${Math.round(p.top + p.height / 2)}) rotate(-90)`,
        })
      : "",
  ].join("");
}

/** Returns whether labels of a category axis would overlap, so that they are slanted. */
function isCrowded(x: Axis, width: number): boolean {
  const ticks = x.ticks(Math.max(2, width / 58));
  const column = width / Math.max(1, ticks.length);
  return x.visible && x.worded && ticks.some((t) => textWidth(clip(t.text, 22)) > column - 4);
}

const SLANT = 32;
/** Returns the height of the longest slanted label. */
function slantOf(x: Axis): number {
  const longest = Math.max(0, ...x.ticks(1000).map((t) => textWidth(clip(t.text, 22))));
  return Math.round(longest * Math.sin((SLANT / 180) * Math.PI));
}

function slantRoom(groups: readonly Group[], width: number): number {
  return Math.max(0, ...groups.map(({ x }) => (isCrowded(x, width * (x.domain[1] - x.domain[0])) ? slantOf(x) : 0)));
}

function slanted(text: string, x: number, y: number): string {
  return svgLabel(clip(text, 22), 0, 0, {
    "text-anchor": "end",
    transform: `translate(${Math.round(x) + 4} ${Math.round(y)}) rotate(-${SLANT})`,
  });
}

function sample(trace: PlotlyTrace, traceColor: string, x: number, y: number): string {
  const symbol = recordOf(trace["marker"])["symbol"];
  const name = typeof symbol === "string" ? symbol : "circle";
  const look =
    name === "x" || name.endsWith("-open")
      ? { fill: "none", stroke: traceColor, "stroke-width": 1.75 }
      : { fill: traceColor };
  return svgElement("g", look, drawMarkerShape(name, x, y, name.endsWith("-open") ? 4.5 : 3.5, {}));
}

/** plotly's y domains count from the bottom. */
function boxOf(inner: PlotBox, domain: Readonly<Record<string, unknown>>): PlotBox {
  const [x0, x1] = pair(domain["x"]);
  const [y0, y1] = pair(domain["y"]);
  return {
    left: inner.left + x0 * inner.width,
    width: (x1 - x0) * inner.width,
    top: inner.top + (1 - y1) * inner.height,
    height: (y1 - y0) * inner.height,
  };
}
function pair(value: unknown): readonly [number, number] {
  const [a, b] = arrayOrEmpty(value);
  return typeof a === "number" && typeof b === "number" ? [a, b] : [0, 1];
}

/** Draws names in one or more lines above the plot, if there are at least two (plotly's rule). */
function legendOf(
  traces: readonly DrawnTrace[],
  layout: NonNullable<Figure["layout"]>,
  width: number,
): { svg: string; height: number } {
  const named = traces.filter(
    ({ trace }) =>
      trace["showlegend"] !== false &&
      typeof trace["name"] === "string" &&
      trace["name"] !== "" &&
      !["parcoords", "heatmap", "contour"].includes(kindOf(trace)),
  );
  if (layout["showlegend"] === false || (named.length < 2 && layout["showlegend"] !== true))
    return { svg: "", height: 0 };
  let [x, y] = [16, 12];
  const entries = named.map(({ trace, color: c }) => {
    const thin = {
      opacity: numberOrDefault(trace["opacity"], 1),
      width: numberOrDefault(recordOf(trace["line"])["width"], 2),
    };
    const name = clip(labelWithoutMarkup(trace["name"] as string), 60);
    const wide = textWidth(name, 11.5) + 40;
    if (x + wide > width && x > 16) [x, y] = [16, y + 18];
    const bar = trace["type"] === "bar";
    const dots = typeof trace["mode"] === "string" && !trace["mode"].includes("lines");
    const area = trace["fill"] === "toself" ? safeColor(trace["fillcolor"]) : undefined;
    const mark = bar
      ? svgElement("rect", { x, y: y - 8, width: 12, height: 10, fill: c })
      : area
        ? svgElement("rect", { x, y: y - 8, width: 18, height: 10, fill: area })
        : dots
          ? sample(trace, c, x + 9, y - 4)
          : svgElement("path", {
              d: `M${x} ${y - 4}h18`,
              stroke: c,
              "stroke-width": thin.width,
              opacity: thin.opacity === 1 ? undefined : thin.opacity,
            });
    const text = svgLabel(name, x + 24, y, { "font-size": 11.5, fill: inkColor });
    x += wide;
    return mark + text;
  });
  return { svg: entries.join(""), height: y + 10 };
}
