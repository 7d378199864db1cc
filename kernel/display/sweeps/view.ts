/** Data of the plots of a sweep, and texts that they share. */
import { axesOfTrialValues, type SweepAxis } from "../../study/axes.js";
import type { MeasuredPoint } from "../../study/importances.js";
import type { SweepClock } from "../../study/time-left.js";
import type { SweepInTypeScript, TrialRecord } from "../../study/trial.js";
import type { TrialNearestToThresholds } from "./best.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";

export interface SweepGoal {
  readonly direction: "maximize" | "minimize";
  readonly metric: string;
}
export type SweepTrial = Pick<TrialRecord, "number" | "score" | "state"> &
  Partial<Omit<TrialRecord, "number" | "score" | "state" | "values">> & {
    readonly values: Readonly<Record<string, unknown>>;
    /** Set if it misses a threshold of the sweep: it can't be the best, whatever its score. */
    readonly missed?: true;
    /** Set for the nearest trial if none meets the thresholds: the missed threshold, and by how much. */
    readonly nearest?: string;
  };
export interface SweepView {
  readonly name?: string;
  /** Trials are ranked by the first goal. */
  readonly goals: readonly [SweepGoal, ...SweepGoal[]];
  readonly axes: readonly SweepAxis[];
  readonly trials: readonly SweepTrial[];
  /** Requested number of trials; null: the time is limited instead. */
  readonly wanted: number | null;
  /** Set during the run. */
  readonly clock?: SweepClock;
}
export interface DrawableSweep extends SweepInTypeScript {
  readonly view: SweepView;
  /** The nearest trial if none meets the thresholds. */
  readonly nearest?: TrialNearestToThresholds | null;
}
export type ScoredTrial = SweepTrial & { readonly score: number };

/** For trials without a known sweep. */
export function sweepViewOfTrials(
  trials: readonly SweepTrial[],
  goal: SweepGoal,
  more: { name?: string } = {},
): SweepView {
  const { axes, points } = axesOfTrialValues(trials);
  const placed = trials.map((trial, i) => ({ ...trial, point: points[i]! }));
  return { ...more, goals: [goal], axes, trials: placed, wanted: null };
}

export function isScored(trial: SweepTrial): trial is ScoredTrial {
  return trial.score !== null && Number.isFinite(trial.score);
}
/** Returns whether a trial counts: trained to its end, or stopped by a person, with its latest score. */
export function isDoneTrial(trial: SweepTrial): trial is ScoredTrial {
  return isScored(trial) && (trial.state === "done" || trial.state === "stopped");
}
export function doneTrialsOf(view: SweepView): readonly ScoredTrial[] {
  return view.trials.filter(isDoneTrial);
}
export function isBetter(a: number, b: number, { direction }: SweepGoal): boolean {
  return direction === "maximize" ? a > b : a < b;
}
/** Returns the score with a sign such that greater is better. */
export function greaterIsBetterScore(value: number, { direction }: SweepGoal): number {
  return direction === "maximize" ? value : -value;
}
export function bestTrial(trials: readonly SweepTrial[], goal: SweepGoal): ScoredTrial | undefined {
  return trials
    .filter(isDoneTrial)
    .filter(({ missed }) => !missed)
    .reduce<ScoredTrial | undefined>((best, t) => (best && !isBetter(t.score, best.score, goal) ? best : t), undefined);
}
export function bestSoFar(scored: readonly ScoredTrial[], goal: SweepGoal): readonly number[] {
  let best: number | undefined;
  return scored.map(({ score }) => (best = best === undefined || isBetter(score, best, goal) ? score : best));
}
export function measuredTrialsOf(view: SweepView): readonly MeasuredPoint[] {
  return doneTrialsOf(view).map(({ point = {}, score }) => ({
    point,
    worth: greaterIsBetterScore(score, view.goals[0]),
  }));
}

/** Returns a trial's value on an axis: a number, or the index of an option; null: the axis doesn't apply to it. */
export function valueOnAxis({ name }: SweepAxis, { point }: SweepTrial): number | null {
  return point?.[name] ?? null;
}
/** Returns a trial's score, or its latest intermediate score. */
export function latestTrialScore({ score, reports }: SweepTrial): number | null {
  const last = score ?? reports?.at(-1)?.score ?? null;
  return last !== null && Number.isFinite(last) ? last : null;
}

/** For an axis title: keeps the complete end, which is most informative. */
export function shortAxisTitle(label: string, length: number): string {
  if (label.length <= length) return escapePlotlyLabel(label);
  const last = label.split(".").at(-1) ?? label;
  return escapePlotlyLabel(last.length < length ? `…${label.slice(label.length - length + 1)}` : clip(last, length));
}
/**
 * Returns the end of a path that no other label has, on two lines if it is long, so that adjacent names don't overlap.
 */
export function distinctLabel(label: string, all: readonly string[], room: number): string {
  return breakLabel(ending(label, all), room);
}
export function breakLabel(name: string, room: number): string {
  if (name.length <= room) return escapePlotlyLabel(name);
  const breaks = [...name.matchAll(/[_.(]/g)].map(({ index }) => index + 1).filter((breakAt) => breakAt <= room);
  const breakIndex = breaks.findLast((place) => name.length - place <= room) ?? breaks.at(-1) ?? room;
  return [name.slice(0, breakIndex), clip(name.slice(breakIndex), room)].map(escapePlotlyLabel).join("<br>");
}
/** Returns e.g. `learning_rate`, with more of the path if another label has the same end. */
function ending(label: string, all: readonly string[]): string {
  const parts = label.split(/[.\s]/);
  const ends = parts.map((_, i) => parts.slice(parts.length - 1 - i).join("."));
  const alike = (end: string): boolean =>
    all.filter((other) => `.${other.replaceAll(" ", ".")}`.endsWith(`.${end}`)).length > 1;
  return ends.find((end) => !alike(end)) ?? label;
}
/** Returns the same in plain words. */
export function distinctLabelInWords(label: string, all: readonly string[]): string {
  return ending(label, all).replaceAll("_", " ");
}
export function distinctTickLabel(label: string, all: readonly string[], room: number): string {
  return escapePlotlyLabel(clip(ending(label, all), room));
}

const LINE = 64;
/** Returns all of a trial's values for a hover box, one per line, with long ones wrapped. */
export function hoverText({ values }: SweepTrial): string {
  return Object.entries(values)
    .flatMap(([path, value]) => linesOf(`${path}: ${typeof value === "string" ? value : JSON.stringify(value)}`))
    .map(escapePlotlyLabel)
    .join("<br>");
}
function linesOf(text: string): readonly string[] {
  const points = Array.from(text.slice(0, 20 * LINE));
  return Array.from({ length: Math.ceil(points.length / LINE) }, (_, i) =>
    points.slice(i * LINE, (i + 1) * LINE).join(""),
  );
}
