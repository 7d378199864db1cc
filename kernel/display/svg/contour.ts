/** A smooth surface as coloured cells, each extending halfway to its neighbours; unknown values are left out. */
import type { PlotlyTrace } from "../trace.js";
import { colorAtShare, colorScaleOf } from "./colors.js";
import { svgElement } from "./element.js";
import { xPosition, yPosition, type PlotPanel } from "./panel.js";
import { arrayOrEmpty, numberOrDefault, scalarsOf } from "./values.js";

export function drawContour(panel: PlotPanel, trace: PlotlyTrace): string {
  const rows = arrayOrEmpty(trace["z"]).map((row) =>
    scalarsOf(row).map((z) => (typeof z === "number" ? z : Number.NaN)),
  );
  const known = rows.flat().filter(Number.isFinite);
  if (known.length === 0) return "";
  const low = numberOrDefault(
    trace["zmin"],
    known.reduce((a, b) => Math.min(a, b)),
  );
  const high = numberOrDefault(
    trace["zmax"],
    known.reduce((a, b) => Math.max(a, b)),
  );
  const scale = colorScaleOf(trace["colorscale"]);
  const xs = edges(scalarsOf(trace["x"]).map((x) => xPosition(panel, x)));
  const ys = edges(scalarsOf(trace["y"]).map((y) => yPosition(panel, y)));
  const cells = rows.flatMap((row, r) =>
    row.map((z, c) => {
      const sides = [xs[c], xs[c + 1], ys[r], ys[r + 1]].map((edge) => edge ?? Number.NaN);
      if (![z, ...sides].every(Number.isFinite)) return "";
      const [x0, x1, y0, y1] = sides as [number, number, number, number];
      const share = high > low ? (z - low) / (high - low) : 0.5;
      const fill = colorAtShare(scale, trace["reversescale"] === true ? 1 - share : share);
      const [width, height] = [Math.abs(x1 - x0) + 0.2, Math.abs(y1 - y0) + 0.2];
      return svgElement("rect", { x: Math.min(x0, x1), y: Math.min(y0, y1), width, height, fill });
    }),
  );
  return svgElement(
    "g",
    { opacity: numberOrDefault(trace["opacity"], 1), "shape-rendering": "crispEdges" },
    "",
    ...cells,
  );
}

/** Returns the midpoints between positions, and outer edges at the same distance. */
function edges(places: readonly number[]): readonly number[] {
  const first = places[0] ?? 0;
  return [first, ...places.slice(1).map((place, i) => (place + places[i]!) / 2), places.at(-1) ?? first];
}
