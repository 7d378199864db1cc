/** A sweep while it runs and after: the best score so far, and parallel coordinates of what was tried. */
import type { Figure, Trace } from "../figure.js";
import type { Shown } from "../shown.js";
import { color, rising } from "../svg/colors.js";
import { cellText, tableShown } from "../table.js";
import { clip, escapeLabel, plural, significant } from "../text.js";

export interface Trial {
  /** From 1. */
  readonly number: number;
  /** Dotted path to the value tried, as Tune would write it (`lora(rank: 8)`) or a number. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly score: number | null;
  readonly state: "running" | "done" | "pruned" | "stopped" | "failed" | "interrupted";
  readonly seconds?: number;
}
export interface SweepGoal {
  readonly direction: "maximize" | "minimize";
  readonly metric: string;
}
/** Pixels: of what crosses, thin lines can't be followed. */
const LINE = 3;
type Scored = Trial & { readonly score: number };

export function sweepFigure(
  trials: readonly Trial[],
  goal: SweepGoal,
  { title }: { readonly title?: string } = {},
): Figure {
  const scored = trials.filter(isScored);
  const paths = [...new Set(trials.flatMap((t) => Object.keys(t.values)))];
  const lines = scored.length > 0 && paths.length > 0;
  const best = bestSoFar(scored, goal);
  const history: Trace[] = [
    {
      type: "scatter",
      mode: "markers",
      name: "trial",
      x: scored.map((t) => t.number),
      y: scored.map((t) => t.score),
      marker: { size: 8, color: color(0) },
      text: scored.map((t) => escapeLabel(valuesText(t))),
      hovertemplate: "trial %{x}: %{y:.4f}<br>%{text}<extra></extra>",
    },
    {
      type: "scatter",
      mode: "lines",
      name: "best so far",
      x: scored.map((t) => t.number),
      y: best,
      line: { color: color(1), width: 2, shape: "hv" },
      hoverinfo: "skip",
    },
  ];
  return {
    data: lines ? [...history, coordinates(scored, paths, goal)] : history,
    layout: {
      ...(title === undefined ? {} : { title: { text: escapeLabel(title) } }),
      height: lines ? 560 : 300,
      margin: { t: title === undefined ? 36 : 76, r: 48, b: 48, l: 64 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      uirevision: "live",
      xaxis: {
        title: { text: "trial" },
        range: [0.5, trials.reduce((most, t) => Math.max(most, t.number), 2) + 0.5],
        dtick: Math.max(1, Math.ceil(trials.length / 12)),
        anchor: "y",
      },
      yaxis: {
        title: { text: escapeLabel(scored.length === 0 ? `${goal.metric}: no score yet` : goal.metric) },
        domain: lines ? [0.6, 1] : [0, 1],
        ...(scored.length === 0 && { range: [0, 1], showticklabels: false }),
      },
    },
  };
}

export function bestTrial(trials: readonly Trial[], goal: SweepGoal): Scored | undefined {
  return trials
    .filter(isScored)
    .reduce<Scored | undefined>((best, t) => (best && !better(t.score, best.score, goal) ? best : t), undefined);
}

export function sweepTable(
  trials: readonly Trial[],
  goal: SweepGoal,
  { limit = 20, title }: { readonly limit?: number; readonly title?: string } = {},
): Shown {
  const paths = [...new Set(trials.flatMap((t) => Object.keys(t.values)))];
  const seconds = trials.flatMap((t) => t.seconds ?? []);
  const places = Math.max(0, ...seconds) < 10 ? 2 : 1;
  const sorted = [...trials].sort((a, b) => rank(a, goal) - rank(b, goal) || a.number - b.number);
  const done = trials.filter((t) => t.state === "done").length;
  return tableShown(
    ["trial", goal.metric, ...paths, ...(seconds.length > 0 ? ["seconds"] : []), "state"],
    sorted.map((t) => [
      t.number,
      t.score === null ? "" : t.score.toFixed(4),
      ...paths.map((p) => numberIn(t.values[p])),
      ...(seconds.length > 0 ? [t.seconds?.toFixed(places)] : []),
      t.state,
    ]),
    { limit, title: title ?? "Trials", caption: `best first · ${plural(done, "trial")} done of ${trials.length}` },
  );
}

function isScored(trial: Trial): trial is Scored {
  return trial.score !== null && Number.isFinite(trial.score);
}
function better(a: number, b: number, goal: SweepGoal): boolean {
  return goal.direction === "maximize" ? a > b : a < b;
}
function rank(trial: Trial, goal: SweepGoal): number {
  return isScored(trial) ? (goal.direction === "maximize" ? -trial.score : trial.score) : Number.POSITIVE_INFINITY;
}
function bestSoFar(scored: readonly Scored[], goal: SweepGoal): number[] {
  let best: number | undefined;
  return scored.map(({ score }) => (best = best === undefined || better(score, best, goal) ? score : best));
}
function valuesText(trial: Trial): string {
  return Object.entries(trial.values)
    .map(([path, value]) => `${path}: ${cellText(value)}`)
    .join(", ");
}

/** One axis for each path and one for the score, which also colours the lines. */
function coordinates(scored: readonly Scored[], paths: readonly string[], goal: SweepGoal): Trace {
  const scores = scored.map((t) => t.score);
  const dimensions = [
    ...paths.map((path) =>
      dimension(
        path,
        scored.map((t) => t.values[path]),
      ),
    ),
    { label: escapeLabel(goal.metric), values: scores },
  ];
  return {
    type: "parcoords",
    domain: { x: [0.07, 0.84], y: [0, 0.36] },
    dimensions,
    line: {
      width: LINE,
      color: scores,
      colorscale: rising,
      reversescale: goal.direction === "minimize",
      showscale: true,
      colorbar: {
        title: { text: escapeLabel(clip(goal.metric, 24)), side: "right" },
        ...{ x: 0.9, y: 0.18, len: 0.4, thickness: 12, outlinewidth: 0, nticks: 5 },
      },
    },
  };
}

/** The number that a text writes; any other value (`.`, `1e999`, a word) as it is. */
function numberIn(value: unknown): unknown {
  const written = typeof value === "string" && /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value);
  return written && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** Numbers over a wide range run on a logarithmic axis; anything else is a category with its own tick. */
function dimension(path: string, written: readonly unknown[]): Trace {
  const values = written.map(numberIn);
  const label = escapeLabel(clip(path, 32));
  const numbers = values.filter((v): v is number => typeof v === "number" && Number.isFinite(v));
  if (numbers.length < values.length) {
    const categories = [...new Set(values.map((v) => cellText(v)))].sort();
    return {
      label,
      values: values.map((v) => categories.indexOf(cellText(v))),
      tickvals: categories.map((_, i) => i),
      ticktext: categories.map((c) => escapeLabel(clip(c, 18))),
      range: [-0.25, categories.length - 0.75],
    };
  }
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  if (low <= 0 || high / low < 20) {
    const few = [...new Set(numbers)].sort((a, b) => a - b);
    return {
      label,
      values: numbers,
      ...(few.length <= 5 ? { tickvals: few, ticktext: few.map((v) => significant(v, 4)) } : {}),
    };
  }
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => from + i);
  return {
    label,
    values: numbers.map((v) => Number(Math.log10(v).toFixed(4))),
    tickvals: powers,
    ticktext: powers.map((p) => significant(10 ** p, 2)),
    range: [powers[0], powers.at(-1)],
  };
}
