/** Reads a journal without its sweep, from the file alone: its studies with their trials. */
import { parameterValueOf, type OptunaDistribution } from "../../runs/optuna/distributions.js";
import { OptunaJournalFile } from "../../runs/optuna/journal-file.js";
import { OPTUNA_DIRECTIONS, OPTUNA_TRIAL_STATES } from "../../runs/optuna/operations.js";
import { isTrialOver, type LoggedStudy, type LoggedTrial } from "../../runs/optuna/replay.js";
import { tunebookAttributes, trialStateOf } from "./logged-trial.js";

export interface JournalTrialReport {
  /** Trial number, from 1. */
  readonly number: number;
  readonly state: string;
  /** Score of each goal; null if there are none. */
  readonly scores: readonly number[] | null;
  /** Tune text if Tunebook wrote it, else the drawn parameters. */
  readonly values: Readonly<Record<string, string>>;
  readonly reports: readonly { readonly step: number; readonly score: number }[];
  readonly seconds: number | null;
  readonly run: string | null;
  /** Why it failed or was pruned. */
  readonly why: string | null;
  /** Another program added the trial and it does not fit the sweep; `why` gives the reason. */
  readonly strange?: true;
}
export interface JournalStudySummary {
  readonly name: string;
  readonly goals: readonly { readonly metric: string | null; readonly direction: "maximize" | "minimize" | null }[];
  readonly trials: readonly JournalTrialReport[];
  /** Number of the best completed trial; null if there is none, or if the study has several or unknown goals. */
  readonly best: number | null;
}

/** Returns an empty list if the file is not a journal. */
export function readJournalStudies(file: string): readonly JournalStudySummary[] {
  const log = new OptunaJournalFile(file);
  log.look();
  return [...log.replay.studies.values()].map(studyTold);
}

function studyTold({ name, directions, systemAttrs, trials: logged }: LoggedStudy): JournalStudySummary {
  const names = systemAttrs.get("study:metric_names");
  const goals = directions.map((direction, i) => {
    const metric: unknown = Array.isArray(names) ? names[i] : null;
    return {
      metric: typeof metric === "string" ? metric : null,
      direction:
        direction === OPTUNA_DIRECTIONS.maximize
          ? ("maximize" as const)
          : direction === OPTUNA_DIRECTIONS.minimize
            ? ("minimize" as const)
            : null,
    };
  });
  const space = spaceOf(logged);
  const replaced = new Map(logged.flatMap((one) => againOf(one)));
  const trials = logged.map((one) => trialTold(one, space, replaced.get(one.number + 1)));
  const [goal, another] = goals;
  return {
    name,
    goals,
    trials,
    best: another
      ? null
      : bestOf(
          trials.filter(({ number }) => !replaced.has(number)),
          goal?.direction ?? null,
        ),
  };
}

type Space = ReadonlyMap<string, OptunaDistribution>;
/** Returns the space that the sweep's own trials are drawn from; empty if Tunebook wrote none of them. */
function spaceOf(logged: readonly LoggedTrial[]): Space {
  const ownTrials = logged.filter(isOwn);
  return new Map(
    ownTrials.flatMap(({ params }) => [...params].map(([name, { distribution }]) => [name, distribution])),
  );
}
const isOwn = ({ userAttrs }: LoggedTrial): boolean => tunebookAttributes(userAttrs).values !== undefined;

/** Returns why another program's trial does not fit the sweep; null if it fits, as far as the file shows. */
function strangeIn(space: Space, logged: LoggedTrial): string | null {
  if (space.size === 0 || isOwn(logged)) return null;
  for (const [name, { value, distribution }] of logged.params) {
    const range = space.get(name);
    if (!range) return `unknown to the sweep: it has ${name}, which the sweep doesn't vary`;
    const meant = parameterValueOf(distribution, value) ?? null;
    const within =
      range.is === "categorical"
        ? range.choices.some((choice) => choice === meant || String(choice) === String(meant))
        : typeof meant === "number" && meant >= range.low && meant <= range.high;
    if (!within) return `unknown to the sweep: ${name} cannot be ${String(meant)} there`;
  }
  return null;
}

/** Returns the pair of the retrained trial's number and its replacement's number. */
function againOf(logged: LoggedTrial): readonly (readonly [number, number])[] {
  const { again } = tunebookAttributes(logged.userAttrs);
  return again === undefined || !isTrialOver(logged) ? [] : [[again, logged.number + 1]];
}

function trialTold(logged: LoggedTrial, space: Space, by: number | undefined): JournalTrialReport {
  const { number, state, params, reports, begun, ended } = logged;
  const attributes = tunebookAttributes(logged.userAttrs);
  const strange = strangeIn(space, logged);
  const drawn = [...params].map(([name, { value, distribution }]) => [
    name,
    String(parameterValueOf(distribution, value)),
  ]);
  return {
    number: number + 1,
    state: state === OPTUNA_TRIAL_STATES.waiting ? "waiting" : trialStateOf(logged),
    scores: logged.values,
    values: attributes.values ?? (Object.fromEntries(drawn) as Readonly<Record<string, string>>),
    reports: [...reports].map(([step, score]) => ({ step, score })).sort((a, b) => a.step - b.step),
    seconds: attributes.seconds ?? (begun !== null && ended !== null ? (ended - begun) / 1000 : null),
    run: attributes.run ?? null,
    ...(strange !== null && { strange: true as const }),
    why:
      (by === undefined ? null : `trained again as trial ${String(by)}`) ??
      strange ??
      attributes.error ??
      attributes.why ??
      null,
  };
}

function bestOf(trials: readonly JournalTrialReport[], direction: "maximize" | "minimize" | null): number | null {
  const sign = direction === "minimize" ? -1 : 1;
  const done = trials.flatMap(({ number, state, scores, strange }) => {
    const [score] = scores ?? [];
    return direction && !strange && state === "done" && score !== undefined && !Number.isNaN(score)
      ? [{ number, worth: sign * score }]
      : [];
  });
  return done.reduce<(typeof done)[0] | null>((a, b) => (a && a.worth >= b.worth ? a : b), null)?.number ?? null;
}
