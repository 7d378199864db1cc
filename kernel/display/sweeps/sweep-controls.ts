/**
 * A sweep that runs as a front end works with it: trials in few words, what each has, and what it may be given instead. A front
 * end finds it by what the sweep's cell carries beside its picture (`sweepMime`), and asks over a comm.
 */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { parametersOf, type Parameter } from "../../study/parameters.js";
import { numberText } from "../../study/points.js";
import type { SweepHandle } from "../../study/trial.js";
import { clip, oneLine, significant } from "../../host/text.js";
import { bestTrial, lastScore, worth, type SweepTrial, type SweepView } from "./view.js";

export const sweepMime = "application/vnd.tunebook.sweep+json";

/** What varies, and what it may be. */
export type Setting = {
  readonly name: string;
  /** It is there only where that setting has that option. */
  readonly when?: { readonly setting: string; readonly option: string };
} & (
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | {
      readonly kind: "number";
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
      readonly step?: number;
      /** Written in percent. */
      readonly share?: true;
    }
);
export interface TrialSummary {
  readonly number: number;
  readonly state: SweepTrial["state"];
  /** What it scored, or scored on its way last, in words. */
  readonly score: string | null;
  /** Of its updates, from 0 to 1; null: not known. */
  readonly done: number | null;
  /** All that it has, in one line. */
  readonly said: string;
  /** By setting, as it is typed. */
  readonly values: Readonly<Record<string, string>>;
  /** Somebody wants it stopped. */
  readonly stopping: boolean;
}
/** As it stands. */
export interface SweepProgress {
  readonly name: string;
  readonly metric: string;
  readonly over: boolean;
  readonly running: readonly TrialSummary[];
  /** The best of those that ended. */
  readonly best: readonly TrialSummary[];
  readonly ended: number;
  /** Trials that somebody wants begun, and for which there is no room yet. */
  readonly waiting: number;
}
export interface LiveSweep extends SweepProgress {
  readonly settings: readonly Setting[];
}
/** What may be done to it while it runs; coded errors are those of the handle. */
export interface SweepControls extends Pick<SweepHandle, "name" | "stop" | "clone" | "change"> {
  readonly now: SweepProgress;
  readonly settings: readonly Setting[];
  /** Null: there is none of that number. */
  trialSummary(number: number): TrialSummary | null;
  /** Calls back whenever something of it changed; returns the end of that. */
  onShown(told: () => void): () => void;
}

/** Ended trials that are offered at once; any other is found by its number. */
const BEST = 5;
const SAID = 160;

export function settingsOf(vary: SweepPlan["vary"]): readonly Setting[] {
  const parameters = parametersOf(vary);
  return parameters.map(({ name, of, choices = [], share }): Setting => {
    const parent = of.when && parameters.find((one) => one.of.name === of.when?.dimension);
    const option = of.when && parent?.choices?.[of.when.option];
    const at = { name, ...(parent && option !== undefined && { when: { setting: parent.name, option } }) };
    if (of.kind === "choice") return { ...at, kind: "choice", options: choices };
    const { from, to, integer, step } = of;
    const more = { ...(step !== undefined && { step }), ...(share && { share }) };
    return { ...at, kind: "number", from, to, integer, ...more };
  });
}

export function trialSummaryOf(trial: SweepTrial, parameters: readonly Parameter[], stopping: boolean): TrialSummary {
  const { number, state, values, step, steps } = trial;
  const score = lastScore(trial);
  const said = Object.entries(values).map(([path, value]) => `${path.split(".").at(-1) ?? path} ${String(value)}`);
  return {
    number,
    state,
    stopping,
    score: score === null ? null : significant(score, 4),
    done: state !== "running" ? 1 : step === undefined || !steps ? null : Math.min(1, step / steps),
    said: clip(oneLine(said.join(", ")), SAID),
    values: Object.fromEntries(
      parameters.flatMap((parameter) => {
        const text = typed(parameter, trial.point?.[parameter.of.name]);
        return text === undefined ? [] : [[parameter.name, text]];
      }),
    ),
  };
}

/** As it is read again (kernel/study/parameters.ts). */
function typed({ of, choices, share }: Parameter, value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  return of.kind === "choice" ? choices?.[value] : numberText(value, { ...of, ...(share && { share }) });
}

/** Those of them that ended: the best first, then the newest that came to nothing. */
export function bestEnded(view: SweepView): readonly SweepTrial[] {
  const [goal] = view.goals;
  const rank = (trial: SweepTrial): number => {
    const whole = bestTrial([trial], goal) !== undefined;
    return whole ? worth(trial.score ?? 0, goal) : -Infinity;
  };
  const ended = view.trials.filter(({ state }) => state !== "running");
  const newer = (a: SweepTrial, b: SweepTrial): number =>
    rank(a) === -Infinity ? b.number - a.number : a.number - b.number;
  return ended.toSorted((a, b) => (rank(a) === rank(b) ? newer(a, b) : rank(b) - rank(a))).slice(0, BEST);
}
