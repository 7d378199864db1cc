/**
 * Parallel coordinates: an axis for each varied setting and one for the score, which colours the lines, with a colour
 * legend.
 */
import type { SweepAxis } from "../../study/axes.js";
import type { Trace } from "../figure.js";
import { greyToOrangeScale } from "../svg/colors.js";
import { linearTicks } from "../svg/ticks.js";
import { clip, escapePlotlyLabel, significantText } from "../../host/value-text.js";
import type { StandaloneTrace } from "./panels.js";
import {
  doneTrialsOf,
  breakLabel,
  distinctLabel,
  valueOnAxis,
  greaterIsBetterScore,
  type ScoredTrial,
  type SweepView,
} from "./view.js";

/** Line width in pixels: thinner lines can't be followed where they cross. */
const LINE = 3;
/** Maximum lines; more would be indistinguishable. */
const MOST = 500;
/** Maximum axes: with more, their names would not fit. The least important are left out. */
const AXES = 9;
/** Pixels between the first axis and the last, and width of a letter. */
const ROOM = 570;
const LETTER = 7;

/** Returns null if nothing can be drawn yet. */
export function parallelCoordinatesTrace(view: SweepView): StandaloneTrace | null {
  const [goal] = view.goals;
  const all = doneTrialsOf(view);
  const axes = view.axes.filter((axis) => all.some((trial) => valueOnAxis(axis, trial) !== null)).slice(0, AXES);
  if (all.length === 0 || axes.length === 0) return null;
  const trials = [...all]
    .sort((a, b) => greaterIsBetterScore(a.score, goal) - greaterIsBetterScore(b.score, goal))
    .slice(-MOST);
  const scores = trials.map(({ score }) => score);
  const gaps = axes.length + view.goals.length - 1;
  const room = Math.max(6, Math.floor(ROOM / gaps / LETTER) - 1);
  const labels = view.axes.map(({ label }) => label);
  const goals = view.goals.map(({ metric }, i) => ({
    label: breakLabel(metric, room),
    ...linear(i === 0 ? scores : trials.map(({ scores: trialScores }) => trialScores?.[i] ?? null)),
  }));
  const lone: Trace = {
    type: "parcoords",
    labelfont: { size: 12 },
    dimensions: [
      ...axes.map((axis) => dimensionOf(axis, distinctLabel(axis.label, labels, room), trials, room)),
      ...goals.slice(1),
      goals[0]!,
    ],
    // The best trials are drawn last, on top.
    meta: { trials: trials.map(({ number }) => number) },
    line: {
      width: trials.length > 150 ? 1 : trials.length > 60 ? 2 : LINE,
      color: scores,
      colorscale: greyToOrangeScale,
      reversescale: goal.direction === "minimize",
      // Equal scores need no colour scale.
      showscale: scores.some((score) => score !== scores[0]),
      colorbar: { title: { text: escapePlotlyLabel(clip(goal.metric, 24)), side: "right" } },
    },
  };
  return { lone, beside: [34, 104] };
}

function dimensionOf(axis: SweepAxis, label: string, trials: readonly ScoredTrial[], room: number): Trace {
  const values = trials.map((trial) => valueOnAxis(axis, trial));
  const { dimension } = axis;
  if (dimension.kind === "choice") return withoutSome({ label, ...options(axis, values, room) }, values, 1);
  if (dimension.scale === "log") {
    const logs = values.map((v) => (v === null ? null : Number(Math.log10(v).toFixed(4))));
    return withoutSome({ label, ...powers(dimension.from, dimension.to), values: logs }, logs, null);
  }
  const found = linear(values, dimension);
  const few = [...new Set(values.filter((v) => v !== null))].sort((a, b) => a - b);
  const ticks = few.length <= 3 ? { tickvals: few, ticktext: few.map((v) => significantText(v, 4)) } : {};
  return withoutSome({ label, ...found, ...ticks }, values, null);
}

function options({ options: texts }: SweepAxis, values: readonly (number | null)[], room: number): Trace {
  return {
    values,
    tickvals: texts.map((_, i) => i),
    // plotly parses no markup here, but the static picture does.
    ticktext: texts.map((text) => clip(text, Math.max(10, room)).replaceAll("<", "‹").replaceAll(">", "›")),
    range: [-0.25, texts.length - 0.75],
  };
}

/** A logarithmic axis, with ticks at the ends of the range and at powers of ten. */
function powers(from: number, to: number): Trace {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  const between = Array.from(
    { length: Math.max(0, Math.ceil(high) - Math.floor(low) + 1) },
    (_, i) => Math.floor(low) + i,
  );
  const inside = between.filter((power) => power >= low - 1e-9 && power <= high + 1e-9);
  const apart = (high - low) * 0.12;
  const ends = [low, high].filter((end) => inside.every((power) => Math.abs(power - end) > apart));
  const tickvals = [...inside, ...ends].sort((a, b) => a - b);
  return {
    tickvals: tickvals.map((v) => Number(v.toFixed(4))),
    ticktext: tickvals.map((v) => significantText(10 ** v, 2)),
    range: low < high ? [Number(low.toFixed(4)), Number(high.toFixed(4))] : [low - 0.5, high + 0.5],
  };
}

/** A linear axis over the search space, or over the range of the values rounded outwards. */
function linear(values: readonly (number | null)[], space?: { readonly from: number; readonly to: number }): Trace {
  const known = values.filter((v) => v !== null);
  const low = space?.from ?? known.reduce((a, b) => Math.min(a, b), Infinity);
  const high = space?.to ?? known.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(low < high)) {
    const around = Math.abs(low) / 10 || 0.5;
    return { values, range: [low - around, high + around], tickvals: [low], ticktext: [significantText(low, 4)] };
  }
  const unit = 10 ** (Math.floor(Math.log10(high - low)) - 1);
  const round = (x: number): number => Number((x * unit).toPrecision(10));
  const range = space ? [low, high] : [round(Math.floor(low / unit)), round(Math.ceil(high / unit))];
  const ticks = linearTicks(range[0]!, range[1]!, 4);
  return { values, range, tickvals: ticks.map(({ value }) => value), ticktext: ticks.map(({ text }) => text) };
}

/** Trials without a value on the axis pass a separate position below it. */
function withoutSome(found: Trace, values: readonly (number | null)[], step: number | null): Trace {
  if (!values.includes(null)) return found;
  const [low, high] = found["range"] as readonly [number, number];
  const missingValue = step === null ? low - (high - low) * 0.15 : -step;
  const ticks = (found["tickvals"] ?? [low, high]) as readonly number[];
  const texts = (found["ticktext"] ?? ticks.map((v) => significantText(v, 3))) as readonly string[];
  return {
    ...found,
    values: values.map((v) => v ?? missingValue),
    range: [step === null ? missingValue : missingValue - 0.25, high],
    tickvals: [missingValue, ...ticks],
    ticktext: ["–", ...texts],
  };
}
