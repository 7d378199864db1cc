/** Lines and markers. */
import { element, path, px } from "./element.js";
import { safeColor } from "./colors.js";
import { markers } from "./markers.js";
import { xOf, yOf, type Drawn, type Panel } from "./panel.js";
import { coordinatesOf, numberOf, recordOf, scalarsOf } from "./values.js";

const dashes: Readonly<Record<string, string>> = { dash: "6 4", dot: "2 3", dashdot: "6 3 2 3" };

export function drawScatter(panel: Panel, { trace, color }: Drawn): string {
  const { x, y } = coordinatesOf(trace);
  const points = x.slice(0, y.length).map((value, i) => [xOf(panel, value), yOf(panel, y[i])] as const);
  const mode = typeof trace["mode"] === "string" ? trace["mode"] : points.length < 20 ? "lines+markers" : "lines";
  const opacity = numberOf(trace["opacity"], 1);
  const line = recordOf(trace["line"]);
  const d = path(points, line["shape"] === "hv" || line["shape"] === "vh" ? line["shape"] : "linear");
  const stroke = safeColor(line["color"]) ?? color;
  const dash = dashes[String(line["dash"])];
  const drawn =
    mode.includes("lines") && numberOf(line["width"], 2) > 0 && d !== ""
      ? [
          element("path", {
            d,
            fill: "none",
            stroke,
            "stroke-width": numberOf(line["width"], 2),
            "stroke-linejoin": "round",
            "stroke-dasharray": dash,
          }),
        ]
      : [];
  return element(
    "g",
    { opacity: opacity === 1 ? undefined : opacity },
    "",
    ...filled(d, trace, stroke),
    ...drawn,
    ...errorBars(panel, trace, color),
    ...(mode.includes("markers") ? markers(panel, points, trace, color) : []),
  );
}

/** A shape that its own line goes round (`toself`). */
function filled(d: string, trace: Drawn["trace"], stroke: string): string[] {
  if (trace["fill"] !== "toself" || d === "") return [];
  return [
    element("path", { d: `${d}Z`, fill: safeColor(trace["fillcolor"]) ?? stroke, "fill-opacity": 1, stroke: "none" }),
  ];
}

/** Upright, of `error_y` with values of its own. */
function errorBars(panel: Panel, trace: Drawn["trace"], color: string): string[] {
  const error = recordOf(trace["error_y"]);
  const up = scalarsOf(error["array"]);
  if (up.length === 0) return [];
  const down = error["symmetric"] === false ? scalarsOf(error["arrayminus"]) : up;
  const { x, y } = coordinatesOf(trace);
  const bars = x.flatMap((value, i) => {
    const [middle, more, less] = [numberOf(y[i], NaN), numberOf(up[i], 0), numberOf(down[i], 0)];
    const [at, top, bottom] = [xOf(panel, value), yOf(panel, middle + more), yOf(panel, middle - less)];
    return [at, top, bottom].every(Number.isFinite) ? [`M${px(at)} ${px(top)}V${px(bottom)}`] : [];
  });
  const stroke = safeColor(recordOf(trace["marker"])["color"]) ?? color;
  return bars.length === 0 ? [] : [element("path", { d: bars.join(""), fill: "none", stroke, "stroke-width": 1.5 })];
}
