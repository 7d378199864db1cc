/** Overlays the curves of several runs: training loss, then each validation score in a separate plot. */
import type { Figure, Trace } from "../figure.js";
import { roundToSixDigits, smoothCurve } from "./line.js";
import { paletteColor } from "../svg/colors.js";
import { escapePlotlyLabel } from "../../host/value-text.js";

export type CurveXAxis = "step" | "seconds" | "tokens";
/** A run's log as series: each list has one value per point. */
export interface CurveSeries {
  readonly loss: {
    readonly step: readonly number[];
    readonly seconds: readonly number[];
    readonly tokens: readonly number[];
    readonly y: readonly (number | null)[];
  };
  /** By name: `validation accuracy`. */
  readonly scores: ReadonlyMap<string, CurveSeries["loss"]>;
}
export interface ComparedCurve {
  readonly label: string;
  /** Index of its colour, which stays when other runs are added or removed. */
  readonly slot: number;
  readonly series: CurveSeries;
}
const axes: Readonly<Record<CurveXAxis, string>> = { step: "step", seconds: "seconds of training", tokens: "tokens" };
const dashes = ["solid", "dash", "dot", "dashdot"] as const;
/** Maximum plots; more would be too small to read. */
const most = 8;
const heights = { first: 330, more: 240, gap: 60 } as const;
const margin = { t: 44, r: 16, b: 44, l: 60 } as const;

export function curveStyleOf(slot: number): { readonly color: string; readonly dash: string } {
  return { color: paletteColor(slot), dash: dashes[Math.floor(slot / 8) % dashes.length]! };
}

export function comparedCurvesFigure(
  curves: readonly ComparedCurve[],
  options: { readonly along: CurveXAxis; readonly smooth: boolean },
): Figure {
  const names = [...new Set(curves.flatMap(({ series }) => [...series.scores.keys()]))].slice(0, most);
  const rows = Math.ceil(names.length / 2);
  const plot = heights.first - heights.gap + rows * heights.more;
  const data: Trace[] = curves.flatMap((curve) => lossTraces(curve, options, curves.length));
  const layout: Record<string, unknown> = {
    xaxis: { title: { text: axes[options.along] }, rangemode: "tozero", anchor: "y" },
    yaxis: { title: { text: "training loss" }, domain: [1 - (heights.first - heights.gap) / plot, 1], anchor: "x" },
  };
  names.forEach((name, i) => {
    const n = i + 2;
    const [row, column] = [Math.floor(i / 2), i % 2];
    const wide = i === names.length - 1 && column === 0;
    const top = 1 - (heights.first + row * heights.more) / plot;
    layout[`xaxis${n}`] = {
      rangemode: "tozero",
      domain: wide ? [0, 1] : column === 0 ? [0, 0.45] : [0.55, 1],
      anchor: `y${n}`,
    };
    layout[`yaxis${n}`] = {
      title: { text: escapePlotlyLabel(name) },
      domain: [Math.max(0, top - (heights.more - heights.gap) / plot), top],
      anchor: `x${n}`,
    };
    for (const curve of curves) {
      const on = curve.series.scores.get(name);
      if (on) data.push(scoreTrace(curve, on, options.along, n));
    }
  });
  return {
    data,
    layout: {
      ...layout,
      height: plot + margin.t + margin.b,
      margin,
      showlegend: true,
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", groupclick: "togglegroup" },
      hovermode: "x unified",
      uirevision: `compared ${options.along}`,
    },
  };
}

function lossTraces(
  { label, slot, series }: ComparedCurve,
  { along, smooth }: { readonly along: CurveXAxis; readonly smooth: boolean },
  runs: number,
): Trace[] {
  const { color: ink, dash } = curveStyleOf(slot);
  const common = { type: "scatter", mode: "lines", x: series.loss[along], legendgroup: `run ${slot}` };
  const y = series.loss.y;
  const main: Trace = {
    ...common,
    name: escapePlotlyLabel(label),
    y: (smooth ? smoothCurve(y) : y).map(roundToSixDigits),
    line: { color: ink, dash, width: 2 },
    hovertemplate: "%{y:.4f}",
  };
  // More than four raw lines would hide the smoothed ones.
  if (!smooth || runs > 4) return [main];
  return [
    {
      ...common,
      name: "",
      y: y.map(roundToSixDigits),
      opacity: 0.3,
      line: { color: ink, width: 1 },
      hoverinfo: "skip",
      showlegend: false,
    },
    main,
  ];
}

function scoreTrace({ label, slot }: ComparedCurve, on: CurveSeries["loss"], along: CurveXAxis, n: number): Trace {
  const { color: ink, dash } = curveStyleOf(slot);
  return {
    type: "scatter",
    mode: "lines+markers",
    name: escapePlotlyLabel(label),
    x: on[along],
    y: on.y.map(roundToSixDigits),
    xaxis: `x${n}`,
    yaxis: `y${n}`,
    legendgroup: `run ${slot}`,
    showlegend: false,
    line: { color: ink, dash, width: 2 },
    marker: { size: 6, color: ink },
    hovertemplate: "%{y:.4f}",
  };
}
