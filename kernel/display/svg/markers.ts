/** Marks of points: circles and the other supported shapes; one colour, or one per point by a number. */
import { plotTitleText, type PlotlyTrace } from "../trace.js";
import { colorbar } from "./colorbar.js";
import { safeColor } from "./colors.js";
import { svgElement, labelWithoutMarkup, coordinateText } from "./element.js";
import { colorAt, colorMappingOf } from "./painting.js";
import { type PlotPanel } from "./panel.js";
import { numberOrDefault, recordOf, scalarsOf } from "./values.js";

type Point = readonly [number, number];

export function drawMarkers(panel: PlotPanel, points: readonly Point[], trace: PlotlyTrace, color: string): string[] {
  const marker = recordOf(trace["marker"]);
  const fill = safeColor(marker["color"]) ?? color;
  const sizes = scalarsOf(marker["size"]);
  const symbol = typeof marker["symbol"] === "string" ? marker["symbol"] : "circle";
  const open = symbol.endsWith("-open");
  const edge = recordOf(marker["line"]);
  const painted = colorMappingOf(marker);
  const stroked = open || symbol === "x";
  const look = stroked
    ? { fill: "none", stroke: fill, "stroke-width": numberOrDefault(edge["width"], symbol === "x" ? 2 : 1.5) }
    : { fill, ...(painted && { stroke: safeColor(edge["color"]), "stroke-width": numberOrDefault(edge["width"], 0) }) };
  const shapes = points
    .map(([x, y], i) => {
      if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
      const pointAttributes = painted ? { [open ? "stroke" : "fill"]: colorAt(painted, i) } : {};
      return drawMarkerShape(symbol, x, y, numberOrDefault(sizes[i] ?? marker["size"], 6) / 2, pointAttributes);
    })
    .join("");
  if (shapes === "") return [];
  const opacity = numberOrDefault(marker["opacity"], 1);
  const group = svgElement("g", { ...look, opacity: opacity === 1 ? undefined : opacity }, shapes);
  return painted && marker["showscale"] === true ? [group, key(panel, marker)] : [group];
}

export function drawMarkerShape(
  symbol: string,
  x: number,
  y: number,
  r: number,
  attributes: Readonly<Record<string, string>>,
): string {
  const pointAt = (dx: number, dy: number): string => `${coordinateText(x + dx * r)} ${coordinateText(y + dy * r)}`;
  if (symbol === "x")
    return svgElement("path", {
      d: `M${pointAt(-1, -1)}L${pointAt(1, 1)}M${pointAt(-1, 1)}L${pointAt(1, -1)}`,
      ...attributes,
    });
  if (symbol === "triangle-down")
    return svgElement("path", { d: `M${pointAt(-1, -0.8)}H${coordinateText(x + r)}L${pointAt(0, 1)}Z`, ...attributes });
  if (symbol === "square")
    return svgElement("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...attributes });
  return svgElement("circle", { cx: coordinateText(x), cy: coordinateText(y), r: coordinateText(r), ...attributes });
}

function key(panel: PlotPanel, marker: PlotlyTrace): string {
  const colors = colorMappingOf(marker);
  const name = labelWithoutMarkup(plotTitleText(recordOf(marker["colorbar"])["title"]));
  const { left, width, top, height } = panel;
  return colors ? colorbar(colors, { left: left + width + 12, top, height }, name) : "";
}
