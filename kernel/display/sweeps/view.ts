/** What the pictures of a sweep see of it, and words that they share. */
import { axesOfValues, type SweepAxis } from "../../study/axes.js";
import type { MeasuredPoint } from "../../study/importances.js";
import type { SweepClock } from "../../study/time-left.js";
import type { SweepHandle, TrialRecord } from "../../study/trial.js";
import type { NearestTrial } from "./best.js";
import { clip, escapeLabel } from "../../host/text.js";

export interface SweepGoal {
  readonly direction: "maximize" | "minimize";
  readonly metric: string;
}
export type SweepTrial = Pick<TrialRecord, "number" | "score" | "state"> &
  Partial<Omit<TrialRecord, "number" | "score" | "state" | "values">> & {
    readonly values: Readonly<Record<string, unknown>>;
    /** It misses a bar that the sweep requires: whatever it scored, it is not the best. */
    readonly missed?: true;
    /** The one that misses least, where none clears them: which it misses, and by how much. */
    readonly nearest?: string;
  };
export interface SweepView {
  readonly name?: string;
  /** Trials are ranked by the first. */
  readonly goals: readonly [SweepGoal, ...SweepGoal[]];
  readonly axes: readonly SweepAxis[];
  /** By their numbers. */
  readonly trials: readonly SweepTrial[];
  /** Null: time is the limit. */
  readonly wanted: number | null;
  /** While it runs. */
  readonly clock?: SweepClock;
}
/** A sweep that can be drawn. */
export interface DrawableSweep extends SweepHandle {
  readonly view: SweepView;
  /** Where none of its trials clears what it requires: the one that comes nearest. */
  readonly nearest?: NearestTrial | null;
}
export type ScoredTrial = SweepTrial & { readonly score: number };

/** Of trials whose sweep isn't known. */
export function sweepViewOfTrials(
  trials: readonly SweepTrial[],
  goal: SweepGoal,
  more: { name?: string } = {},
): SweepView {
  const { axes, points } = axesOfValues(trials);
  const placed = trials.map((trial, i) => ({ ...trial, point: points[i]! }));
  return { ...more, goals: [goal], axes, trials: placed, wanted: null };
}

export function isScored(trial: SweepTrial): trial is ScoredTrial {
  return trial.score !== null && Number.isFinite(trial.score);
}
/** One that counts: trained to its end, or stopped by a person, who took the score that it had. */
export function isDone(trial: SweepTrial): trial is ScoredTrial {
  return isScored(trial) && (trial.state === "done" || trial.state === "stopped");
}
export function doneTrialsOf(view: SweepView): readonly ScoredTrial[] {
  return view.trials.filter(isDone);
}
export function isBetter(a: number, b: number, { direction }: SweepGoal): boolean {
  return direction === "maximize" ? a > b : a < b;
}
/** Greater the better. */
export function worthOf(value: number, { direction }: SweepGoal): number {
  return direction === "maximize" ? value : -value;
}
export function bestTrial(trials: readonly SweepTrial[], goal: SweepGoal): ScoredTrial | undefined {
  return trials
    .filter(isDone)
    .filter(({ missed }) => !missed)
    .reduce<ScoredTrial | undefined>((best, t) => (best && !isBetter(t.score, best.score, goal) ? best : t), undefined);
}
export function bestSoFar(scored: readonly ScoredTrial[], goal: SweepGoal): readonly number[] {
  let best: number | undefined;
  return scored.map(({ score }) => (best = best === undefined || isBetter(score, best, goal) ? score : best));
}
export function measuredTrialsOf(view: SweepView): readonly MeasuredPoint[] {
  return doneTrialsOf(view).map(({ point = {}, score }) => ({ point, worth: worthOf(score, view.goals[0]) }));
}

/** What a trial has on an axis: a number, or the place of an option; null: the axis is not there for it. */
export function valueOnAxis({ name }: SweepAxis, { point }: SweepTrial): number | null {
  return point?.[name] ?? null;
}
/** The score that a trial has, or had on its way last. */
export function lastScore({ score, reports }: SweepTrial): number | null {
  const last = score ?? reports?.at(-1)?.score ?? null;
  return last !== null && Number.isFinite(last) ? last : null;
}

/** For an axis' title: its end, which tells most, stays whole. */
export function shortLabel(label: string, length: number): string {
  if (label.length <= length) return escapeLabel(label);
  const last = label.split(".").at(-1) ?? label;
  return escapeLabel(last.length < length ? `…${label.slice(label.length - length + 1)}` : clip(last, length));
}
/** The end of a path that no other has, on two lines where it is long: names beside each other don't run into each other. */
export function distinctLabel(label: string, all: readonly string[], room: number): string {
  return breakLabel(ending(label, all), room);
}
export function breakLabel(name: string, room: number): string {
  if (name.length <= room) return escapeLabel(name);
  const breaks = [...name.matchAll(/[_.(]/g)].map(({ index }) => index + 1).filter((breakAt) => breakAt <= room);
  const breakIndex = breaks.findLast((place) => name.length - place <= room) ?? breaks.at(-1) ?? room;
  return [name.slice(0, breakIndex), clip(name.slice(breakIndex), room)].map(escapeLabel).join("<br>");
}
/** `learning_rate`; with more of the path where another ends alike. */
function ending(label: string, all: readonly string[]): string {
  const parts = label.split(/[.\s]/);
  const ends = parts.map((_, i) => parts.slice(parts.length - 1 - i).join("."));
  const alike = (end: string): boolean =>
    all.filter((other) => `.${other.replaceAll(" ", ".")}`.endsWith(`.${end}`)).length > 1;
  return ends.find((end) => !alike(end)) ?? label;
}
/** The same as people say it. */
export function spokenLabel(label: string, all: readonly string[]): string {
  return ending(label, all).replaceAll("_", " ");
}
/** For a tick. */
export function tickLabel(label: string, all: readonly string[], room: number): string {
  return escapeLabel(clip(ending(label, all), room));
}

const LINE = 64;
/** The trial's values for a box that opens on hover: one below the other, long ones on several lines, all of them. */
export function hoverText({ values }: SweepTrial): string {
  return Object.entries(values)
    .flatMap(([path, value]) => linesOf(`${path}: ${typeof value === "string" ? value : JSON.stringify(value)}`))
    .map(escapeLabel)
    .join("<br>");
}
function linesOf(text: string): readonly string[] {
  const points = Array.from(text.slice(0, 20 * LINE));
  return Array.from({ length: Math.ceil(points.length / LINE) }, (_, i) =>
    points.slice(i * LINE, (i + 1) * LINE).join(""),
  );
}
