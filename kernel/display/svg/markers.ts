/** Marks of points: circles, and the other shapes that tell states apart; one colour, or one for each by a number. */
import { titleText, type Trace } from "../trace.js";
import { colorbar } from "./colorbar.js";
import { safeColor } from "./colors.js";
import { element, plainLabel, px } from "./element.js";
import { colorAt, paintedBy } from "./painting.js";
import { type Panel } from "./panel.js";
import { numberOf, recordOf, scalarsOf } from "./values.js";

type Point = readonly [number, number];

export function markers(panel: Panel, points: readonly Point[], trace: Trace, color: string): string[] {
  const marker = recordOf(trace["marker"]);
  const fill = safeColor(marker["color"]) ?? color;
  const sizes = scalarsOf(marker["size"]);
  const symbol = typeof marker["symbol"] === "string" ? marker["symbol"] : "circle";
  const open = symbol.endsWith("-open");
  const edge = recordOf(marker["line"]);
  const painted = paintedBy(marker);
  const stroked = open || symbol === "x";
  const look = stroked
    ? { fill: "none", stroke: fill, "stroke-width": numberOf(edge["width"], symbol === "x" ? 2 : 1.5) }
    : { fill, ...(painted && { stroke: safeColor(edge["color"]), "stroke-width": numberOf(edge["width"], 0) }) };
  const shapes = points
    .map(([x, y], i) => {
      if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
      const own = painted ? { [open ? "stroke" : "fill"]: colorAt(painted, i) } : {};
      return shape(symbol, x, y, numberOf(sizes[i] ?? marker["size"], 6) / 2, own);
    })
    .join("");
  if (shapes === "") return [];
  const opacity = numberOf(marker["opacity"], 1);
  const group = element("g", { ...look, opacity: opacity === 1 ? undefined : opacity }, shapes);
  return painted && marker["showscale"] === true ? [group, key(panel, marker)] : [group];
}

export function shape(symbol: string, x: number, y: number, r: number, own: Readonly<Record<string, string>>): string {
  const at = (dx: number, dy: number): string => `${px(x + dx * r)} ${px(y + dy * r)}`;
  if (symbol === "x") return element("path", { d: `M${at(-1, -1)}L${at(1, 1)}M${at(-1, 1)}L${at(1, -1)}`, ...own });
  if (symbol === "triangle-down") return element("path", { d: `M${at(-1, -0.8)}H${px(x + r)}L${at(0, 1)}Z`, ...own });
  if (symbol === "square") return element("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...own });
  return element("circle", { cx: px(x), cy: px(y), r: px(r), ...own });
}

function key(panel: Panel, marker: Trace): string {
  const of = paintedBy(marker);
  const name = plainLabel(titleText(recordOf(marker["colorbar"])["title"]));
  const { left, width, top, height } = panel;
  return of ? colorbar(of, { left: left + width + 12, top, height }, name) : "";
}
