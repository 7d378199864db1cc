/**
 * Notes on a `sweep auto` from its trials: the best rate is at the end of its range, or no trial has learned anything.
 */
import type { SettingSearchSpace } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { significantText } from "../../host/value-text.js";
import type { TrialRecord } from "../trial.js";
import type { AutoReport, ScoredCandidate } from "./auto.js";

type Goal = AutoReport["goal"];
const RATE = "optimizer.learning_rate";
/** A value within this share of its range's end, on the range's own scale, counts as at the end. */
const END = 0.05;

export interface AutoNotesInput {
  readonly goal: Goal;
  readonly vary: Readonly<Record<string, SettingSearchSpace>>;
  readonly trials: readonly TrialRecord[];
  /** Number of the best trial. */
  readonly best: number | null;
  readonly probed: readonly ScoredCandidate[];
}

/** Returns the notes as sentences; empty if there are none. */
export function autoOutcomeNotes(options: AutoNotesInput): readonly string[] {
  const idle = idleOf(options);
  if (idle !== null) return [`${idle}: give it more epochs, or a larger budget.`];
  const end = endOf(options);
  if (end === null) return [];
  return [
    `The best rate, ${end.rate}, is at the ${end.of} end of its range (${end.range}): widen \`${RATE}\` in the program above, and run it in a separate cell.`,
  ];
}

/**
 * Returns a note while the sweep runs, once all starting points have ended; null if one of them has learned something
 * or it is unknown.
 */
export function noLearningYetNote(
  options: Pick<AutoNotesInput, "goal" | "trials" | "probed"> & { readonly first: number },
): string | null {
  const ended = options.trials.filter(({ state }) => state !== "running");
  if (options.first === 0 || ended.length < options.first) return null;
  const idle = idleOf({ ...options, trials: ended });
  return idle === null ? null : `${idle} so far, though the first of them are usually the good ones.`;
}

function idleOf({ goal, trials, probed }: Pick<AutoNotesInput, "goal" | "trials" | "probed">): string | null {
  const constant = probed.find((one) => one.constant && !Number.isNaN(one.score));
  const scored = trials.filter(({ state, score }) => state === "done" && score !== null && !Number.isNaN(score));
  if (!constant || scored.length === 0) return null;
  const sign = goal.direction === "maximize" ? 1 : -1;
  if (scored.some(({ score }) => sign * (score ?? Number.NaN) > sign * constant.score + 1e-9)) return null;
  return `No trial did better than a constant prediction (${constant.name}: ${goal.metric} ${significantText(constant.score, 4)})`;
}

function endOf({ vary, trials, best }: AutoNotesInput) {
  const space = vary[RATE];
  const value = trials.find(({ number }) => number === best)?.values[RATE];
  const rate = Number(value);
  if (!space || space.space === "choice" || value === undefined || !(rate > 0)) return null;
  const on = (x: number): number => (space.space === "log" ? Math.log(x) : x);
  const { from, to } = space;
  const position = (on(rate) - on(from)) / (on(to) - on(from));
  if (!Number.isFinite(position) || (position > END && position < 1 - END)) return null;
  return {
    rate: value,
    of: position < 0.5 ? ("lower" as const) : ("upper" as const),
    range: `${String(from)} to ${String(to)}`,
  };
}
