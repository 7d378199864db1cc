/**
 * Interface of a running sweep for front ends: short descriptions of its trials, their values, and the possible
 * changes. A front end finds it by data in the sweep's output (`sweepMime`), and communicates over a comm.
 */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { parametersOf, type SweepParameter } from "../../study/parameters.js";
import { drawnNumberText } from "../../study/points.js";
import type { SweepInTypeScript } from "../../study/trial.js";
import { clip, oneLine, significantText } from "../../host/value-text.js";
import { bestTrial, latestTrialScore, greaterIsBetterScore, type SweepTrial, type SweepView } from "./view.js";

export const sweepMime = "application/vnd.tunebook.sweep+json";

export type VariedSetting = {
  readonly name: string;
  /** The setting exists only if the other setting has this option. */
  readonly when?: { readonly setting: string; readonly option: string };
} & (
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | {
      readonly kind: "number";
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
      readonly step?: number;
      /** Set if the value is written in percent. */
      readonly share?: true;
    }
);
export interface TrialSummary {
  readonly number: number;
  readonly state: SweepTrial["state"];
  readonly score: string | null;
  /** Completed share of its updates, 0 to 1; null: unknown. */
  readonly done: number | null;
  /** All its values in one line. */
  readonly said: string;
  /** Values by setting, as typed by a user. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether a stop was requested. */
  readonly stopping: boolean;
}
export interface SweepProgress {
  readonly name: string;
  readonly metric: string;
  readonly over: boolean;
  readonly running: readonly TrialSummary[];
  readonly best: readonly TrialSummary[];
  readonly ended: number;
  /** Requested trials that wait for a free slot. */
  readonly waiting: number;
}
export interface SweepSnapshot extends SweepProgress {
  readonly settings: readonly VariedSetting[];
}
/** Actions on a running sweep; coded errors are those of the handle. */
export interface SweepControls extends Pick<SweepInTypeScript, "name" | "stop" | "clone" | "change"> {
  readonly now: SweepProgress;
  readonly settings: readonly VariedSetting[];
  /** Returns null if there is no trial with this number. */
  trialSummary(number: number): TrialSummary | null;
  /** Calls the listener at every change; returns a function that removes it. */
  onShown(listener: () => void): () => void;
}

/** Maximum ended trials that are offered; any other is found by its number. */
const BEST = 5;
const SAID = 160;

export function variedSettingsOf(vary: SweepPlan["vary"]): readonly VariedSetting[] {
  const parameters = parametersOf(vary);
  return parameters.map(({ name, dimension, choices = [], share }): VariedSetting => {
    const parent = dimension.when && parameters.find((one) => one.dimension.name === dimension.when?.dimension);
    const option = dimension.when && parent?.choices?.[dimension.when.option];
    const common = { name, ...(parent && option !== undefined && { when: { setting: parent.name, option } }) };
    if (dimension.kind === "choice") return { ...common, kind: "choice", options: choices };
    const { from, to, integer, step } = dimension;
    const more = { ...(step !== undefined && { step }), ...(share && { share }) };
    return { ...common, kind: "number", from, to, integer, ...more };
  });
}

export function trialSummaryOf(
  trial: SweepTrial,
  parameters: readonly SweepParameter[],
  stopping: boolean,
): TrialSummary {
  const { number, state, values, step, steps } = trial;
  const score = latestTrialScore(trial);
  const valueTexts = Object.entries(values).map(
    ([path, value]) => `${path.split(".").at(-1) ?? path} ${String(value)}`,
  );
  return {
    number,
    state,
    stopping,
    score: score === null ? null : significantText(score, 4),
    done: state !== "running" ? 1 : step === undefined || !steps ? null : Math.min(1, step / steps),
    said: clip(oneLine(valueTexts.join(", ")), SAID),
    values: Object.fromEntries(
      parameters.flatMap((parameter) => {
        const text = typed(parameter, trial.point?.[parameter.dimension.name]);
        return text === undefined ? [] : [[parameter.name, text]];
      }),
    ),
  };
}

/** Formats a value so that it can be parsed again (kernel/study/parameters.ts). */
function typed({ dimension, choices, share }: SweepParameter, value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  return dimension.kind === "choice"
    ? choices?.[value]
    : drawnNumberText(value, { ...dimension, ...(share && { share }) });
}

/** Returns ended trials: the best first, then the latest without a result. */
export function bestEndedTrials(view: SweepView): readonly SweepTrial[] {
  const [goal] = view.goals;
  const rank = (trial: SweepTrial): number => {
    const whole = bestTrial([trial], goal) !== undefined;
    return whole ? greaterIsBetterScore(trial.score ?? 0, goal) : -Infinity;
  };
  const ended = view.trials.filter(({ state }) => state !== "running");
  const newer = (a: SweepTrial, b: SweepTrial): number =>
    rank(a) === -Infinity ? b.number - a.number : a.number - b.number;
  return ended.toSorted((a, b) => (rank(a) === rank(b) ? newer(a, b) : rank(b) - rank(a))).slice(0, BEST);
}
