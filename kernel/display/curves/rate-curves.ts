/** Learning rate and gradient norm of a run by step, for diagnosing an odd loss. */
import type { RunEvent } from "../../events/events.js";
import { finiteNumber } from "../../events/finite.js";
import type { Figure, Trace } from "../figure.js";
import { roundToSixDigits } from "./line.js";
import { paletteColor } from "../svg/colors.js";

/** The rate on the left, the norm on a logarithmic axis on the right. Null: no step was taken. */
export function learningRateAndNormFigure(events: readonly RunEvent[]): Figure | null {
  const steps = events.filter((e) => e.kind === "step");
  if (steps.length === 0) return null;
  const x = steps.map((e) => e.step);
  const line = (name: string, values: readonly (number | null)[], axes: Trace, n: number): Trace => ({
    type: "scatter",
    mode: "lines",
    name,
    x,
    y: values.map(roundToSixDigits),
    ...axes,
    line: { color: paletteColor(n), width: 2 },
    hovertemplate: "%{y:.4~g}",
  });
  // A norm of zero has no position on a logarithmic axis.
  const norms = steps.map((e) => positive(finiteNumber(e.norm)));
  const axis = { title: { text: "step" }, rangemode: "tozero" };
  return {
    data: [
      line(
        "learning rate",
        steps.map((e) => finiteNumber(e.rate)),
        { xaxis: "x", yaxis: "y" },
        4,
      ),
      line("gradient norm", norms, { xaxis: "x2", yaxis: "y2" }, 5),
    ],
    layout: {
      height: 320,
      margin: { t: 24, r: 16, b: 44, l: 56 },
      showlegend: false,
      hovermode: "x unified",
      uirevision: "live",
      xaxis: { ...axis, domain: [0, 0.46], anchor: "y" },
      yaxis: { title: { text: "learning rate" }, rangemode: "tozero", exponentformat: "e" },
      xaxis2: { ...axis, domain: [0.56, 1], anchor: "y2" },
      yaxis2: { title: { text: "gradient norm" }, type: "log", anchor: "x2" },
    },
  };
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
