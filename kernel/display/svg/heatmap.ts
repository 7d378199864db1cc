/** A matrix of colours with numbers in the cells if they fit. */
import type { PlotlyTrace } from "../trace.js";
import { readableInkOn, colorAtShare, colorScaleOf } from "./colors.js";
import { svgElement, svgLabel, textWidth, labelWithoutMarkup } from "./element.js";
import { type PlotPanel } from "./panel.js";
import { arrayOrEmpty, numberOrDefault, scalarsOf } from "./values.js";

/** Returns the cell labels along one side: the given ones, else 0, 1, 2, … */
export function axisCellLabels(trace: PlotlyTrace, side: "x" | "y"): readonly unknown[] {
  const rows = arrayOrEmpty(trace["z"]);
  const written = scalarsOf(trace[side]);
  const length = side === "y" ? rows.length : rows.reduce<number>((n, row) => Math.max(n, scalarsOf(row).length), 0);
  return written.length >= length && length > 0 ? written.slice(0, length) : Array.from({ length }, (_, i) => i);
}

export function drawHeatmap(panel: PlotPanel, trace: PlotlyTrace): string {
  const rows = arrayOrEmpty(trace["z"]).map((row) => scalarsOf(row).map((z) => (z === null ? Number.NaN : Number(z))));
  const all = rows.flat().filter(Number.isFinite);
  const low = numberOrDefault(
    trace["zmin"],
    all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  );
  const high = numberOrDefault(
    trace["zmax"],
    all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  );
  const scale = colorScaleOf(trace["colorscale"]);
  const texts = arrayOrEmpty(trace["text"]);
  const columns = rows.reduce((n, row) => Math.max(n, row.length), 0);
  const [w, h] = [panel.width / Math.max(1, columns), panel.height / Math.max(1, rows.length)];
  const cells: string[] = [];
  rows.forEach((row, r) => {
    row.forEach((z, c) => {
      if (!Number.isFinite(z)) return;
      const share = high > low ? (z - low) / (high - low) : 0.5;
      const fill = colorAtShare(scale, trace["reversescale"] === true ? 1 - share : share);
      const x = panel.left + middle(panel.x.reversed, c, columns) * panel.width;
      const y = panel.top + (1 - middle(panel.y.reversed, r, rows.length)) * panel.height;
      cells.push(
        svgElement("rect", {
          x: x - w / 2 + 0.5,
          y: y - h / 2 + 0.5,
          width: Math.max(0.5, w - 1),
          height: Math.max(0.5, h - 1),
          fill,
        }),
      );
      const text = labelWithoutMarkup(String(scalarsOf(texts[r])[c] ?? ""));
      if (text !== "" && trace["texttemplate"] && textWidth(text, 12) < w && h > 12)
        cells.push(svgLabel(text, x, y + 4, { "text-anchor": "middle", "font-size": 12, fill: readableInkOn(fill) }));
    });
  });
  return cells.join("");
}

function middle(reversed: boolean, i: number, n: number): number {
  const share = (i + 0.5) / Math.max(1, n);
  return reversed ? 1 - share : share;
}
