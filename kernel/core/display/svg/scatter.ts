/** Lines and markers. */
import { element, path, px } from "./element.js";
import { safeColor } from "./colors.js";
import { coordinatesOf, numberOf, recordOf, scalarsOf, xOf, yOf, type Drawn, type Panel } from "./panel.js";

export function drawScatter(panel: Panel, { trace, color }: Drawn): string {
  const { x, y } = coordinatesOf(trace);
  const points = x.slice(0, y.length).map((value, i) => [xOf(panel, value), yOf(panel, y[i])] as const);
  const mode = typeof trace["mode"] === "string" ? trace["mode"] : points.length < 20 ? "lines+markers" : "lines";
  const opacity = numberOf(trace["opacity"], 1);
  const line = recordOf(trace["line"]);
  const d = path(points, line["shape"] === "hv" ? "hv" : "linear");
  const stroke = safeColor(line["color"]) ?? color;
  const dash = line["dash"] === "dash" ? "6 4" : line["dash"] === "dot" ? "2 3" : undefined;
  const drawn =
    mode.includes("lines") && d !== ""
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
    ...drawn,
    ...(mode.includes("markers") ? markers(points, trace, color) : []),
  );
}

function markers(points: readonly (readonly [number, number])[], trace: Drawn["trace"], color: string): string[] {
  const marker = recordOf(trace["marker"]);
  const fill = safeColor(marker["color"]) ?? color;
  const sizes = scalarsOf(marker["size"]);
  const open = typeof marker["symbol"] === "string" && marker["symbol"].endsWith("-open");
  const look = open
    ? { fill: "none", stroke: fill, "stroke-width": numberOf(recordOf(marker["line"])["width"], 1.5) }
    : { fill };
  const circles = points
    .map(([x, y], i) =>
      Number.isFinite(x) && Number.isFinite(y)
        ? `<circle cx="${px(x)}" cy="${px(y)}" r="${px(numberOf(sizes[i] ?? marker["size"], 6) / 2)}"/>`
        : "",
    )
    .join("");
  return circles === ""
    ? []
    : [
        element(
          "g",
          { ...look, opacity: numberOf(marker["opacity"], 1) === 1 ? undefined : numberOf(marker["opacity"], 1) },
          circles,
        ),
      ];
}
