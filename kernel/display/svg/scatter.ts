/** Lines and markers. */
import { svgElement, svgPath, coordinateText } from "./element.js";
import { safeColor } from "./colors.js";
import { drawMarkers } from "./markers.js";
import { xPosition, yPosition, type DrawnTrace, type PlotPanel } from "./panel.js";
import { traceXAndY, numberOrDefault, recordOf, scalarsOf } from "./values.js";

const dashes: Readonly<Record<string, string>> = { dash: "6 4", dot: "2 3", dashdot: "6 3 2 3" };

export function drawScatter(panel: PlotPanel, { trace, color }: DrawnTrace): string {
  const { x, y } = traceXAndY(trace);
  const points = x.slice(0, y.length).map((value, i) => [xPosition(panel, value), yPosition(panel, y[i])] as const);
  const mode = typeof trace["mode"] === "string" ? trace["mode"] : points.length < 20 ? "lines+markers" : "lines";
  const opacity = numberOrDefault(trace["opacity"], 1);
  const line = recordOf(trace["line"]);
  const d = svgPath(points, line["shape"] === "hv" || line["shape"] === "vh" ? line["shape"] : "linear");
  const stroke = safeColor(line["color"]) ?? color;
  const dash = dashes[String(line["dash"])];
  const drawn =
    mode.includes("lines") && numberOrDefault(line["width"], 2) > 0 && d !== ""
      ? [
          svgElement("path", {
            d,
            fill: "none",
            stroke,
            "stroke-width": numberOrDefault(line["width"], 2),
            "stroke-linejoin": "round",
            "stroke-dasharray": dash,
          }),
        ]
      : [];
  return svgElement(
    "g",
    { opacity: opacity === 1 ? undefined : opacity },
    "",
    ...filled(d, trace, stroke),
    ...drawn,
    ...errorBars(panel, trace, color),
    ...(mode.includes("markers") ? drawMarkers(panel, points, trace, color) : []),
  );
}

/** A closed shape (`toself`). */
function filled(d: string, trace: DrawnTrace["trace"], stroke: string): string[] {
  if (trace["fill"] !== "toself" || d === "") return [];
  return [
    svgElement("path", {
      d: `${d}Z`,
      fill: safeColor(trace["fillcolor"]) ?? stroke,
      "fill-opacity": 1,
      stroke: "none",
    }),
  ];
}

/** Vertical error bars from `error_y` with explicit values. */
function errorBars(panel: PlotPanel, trace: DrawnTrace["trace"], color: string): string[] {
  const error = recordOf(trace["error_y"]);
  const up = scalarsOf(error["array"]);
  if (up.length === 0) return [];
  const down = error["symmetric"] === false ? scalarsOf(error["arrayminus"]) : up;
  const { x, y } = traceXAndY(trace);
  const bars = x.flatMap((value, i) => {
    const [middle, more, less] = [numberOrDefault(y[i], NaN), numberOrDefault(up[i], 0), numberOrDefault(down[i], 0)];
    const [center, top, bottom] = [
      xPosition(panel, value),
      yPosition(panel, middle + more),
      yPosition(panel, middle - less),
    ];
    return [center, top, bottom].every(Number.isFinite)
      ? [`M${coordinateText(center)} ${coordinateText(top)}V${coordinateText(bottom)}`]
      : [];
  });
  const stroke = safeColor(recordOf(trace["marker"])["color"]) ?? color;
  return bars.length === 0 ? [] : [svgElement("path", { d: bars.join(""), fill: "none", stroke, "stroke-width": 1.5 })];
}
