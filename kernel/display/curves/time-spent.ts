/** Privacy budget spent by a private training, next to its curves: ε of each step, on a separate axis at the right. */
import type { RunEvent } from "#kernel/events/events.js";
import type { Trace } from "../figure.js";
import { paletteColor } from "../svg/colors.js";
import { roundToSixDigits } from "./line.js";

type Step = Extract<RunEvent, { kind: "step" }>;

/** Returns ε of the last step that reports it; null: the training isn't private. */
export function epsilonSpent(events: readonly RunEvent[]): number | null {
  const lastPrivate = events.findLast((e): e is Step => e.kind === "step" && e.epsilon !== undefined);
  return lastPrivate?.epsilon ?? null;
}

/** Rounds up to three digits, so that the text never understates ε. */
export function epsilonText(epsilon: number): string {
  if (!Number.isFinite(epsilon) || epsilon <= 0) return `ε ${String(epsilon)}`;
  const size = 10 ** (2 - Math.floor(Math.log10(epsilon)));
  return `ε ${String(Number((Math.ceil(epsilon * size - 1e-9) / size).toPrecision(3)))}`;
}

/** Empty for trainings that aren't private. */
export function epsilonTraces(steps: readonly Step[]): { readonly traces: readonly Trace[]; readonly layout: Trace } {
  const privateSteps = steps.filter((e) => e.epsilon !== undefined);
  if (privateSteps.length === 0) return { traces: [], layout: {} };
  const trace: Trace = {
    type: "scatter",
    mode: "lines",
    name: "ε spent",
    xaxis: "x",
    yaxis: "y3",
    x: privateSteps.map((e) => e.step),
    y: privateSteps.map((e) => roundToSixDigits(e.epsilon ?? null)),
    line: { color: paletteColor(4), width: 1.5, dash: "dot" },
    hovertemplate: "%{y:.3f}",
  };
  const yaxis3 = {
    title: { text: "ε" },
    overlaying: "y",
    side: "right",
    showgrid: false,
    rangemode: "tozero",
    anchor: "x",
  };
  return { traces: [trace], layout: { yaxis3 } };
}
