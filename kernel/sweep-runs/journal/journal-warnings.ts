/** A journal told to somebody who has no sweep at hand: its studies with their trials, by what the file itself says. */
import { parameterValueOf, type OptunaDistribution } from "../../runs/optuna/distributions.js";
import { OptunaJournalFile } from "../../runs/optuna/journal-file.js";
import { OPTUNA_DIRECTIONS, OPTUNA_TRIAL_STATES } from "../../runs/optuna/operations.js";
import { isTrialOver, type LoggedStudy, type LoggedTrial } from "../../runs/optuna/replay.js";
import { readableAttributes, trialStateOf } from "./logged-trial.js";

export interface JournalTrialReport {
  /** From 1. */
  readonly number: number;
  readonly state: string;
  /** Of each goal; null: none came. */
  readonly scores: readonly number[] | null;
  /** As Tune text where it is ours, else as the parameters were drawn. */
  readonly values: Readonly<Record<string, string>>;
  readonly reports: readonly { readonly step: number; readonly score: number }[];
  readonly seconds: number | null;
  readonly run: string | null;
  /** Why it failed, or was given up. */
  readonly why: string | null;
  /** Another program added it, and it is none of the sweep's: `why` says so. */
  readonly strange?: true;
}
export interface JournalStudyReport {
  readonly name: string;
  readonly goals: readonly { readonly metric: string | null; readonly direction: "maximize" | "minimize" | null }[];
  readonly trials: readonly JournalTrialReport[];
  /** The number of the best trial that is done; null: none is, or there are several goals or none that is known. */
  readonly best: number | null;
}

/** Empty: it is no journal. */
export function journalReport(file: string): readonly JournalStudyReport[] {
  const log = new OptunaJournalFile(file);
  log.look();
  return [...log.replay.studies.values()].map(studyTold);
}

function studyTold({ name, directions, systemAttrs, trials: logged }: LoggedStudy): JournalStudyReport {
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
/** What the sweep's own trials are drawn from; empty: none of them is ours. */
function spaceOf(logged: readonly LoggedTrial[]): Space {
  const ownTrials = logged.filter(isOwn);
  return new Map(
    ownTrials.flatMap(({ params }) => [...params].map(([name, { distribution }]) => [name, distribution])),
  );
}
const isOwn = ({ userAttrs }: LoggedTrial): boolean => readableAttributes(userAttrs).values !== undefined;

/** Why a trial that another program added is none of the sweep's; null: it is one, as far as the file says. */
function strangeIn(space: Space, logged: LoggedTrial): string | null {
  if (space.size === 0 || isOwn(logged)) return null;
  for (const [name, { value, distribution }] of logged.params) {
    const range = space.get(name);
    if (!range) return `none of the sweep's: it has ${name}, which the sweep doesn't vary`;
    const meant = parameterValueOf(distribution, value) ?? null;
    const within =
      range.is === "categorical"
        ? range.choices.some((choice) => choice === meant || String(choice) === String(meant))
        : typeof meant === "number" && meant >= range.low && meant <= range.high;
    if (!within) return `none of the sweep's: ${name} can't be ${String(meant)} there`;
  }
  return null;
}

/** Of a trial that was trained again: its number, and that of the one that stands for it. */
function againOf(logged: LoggedTrial): readonly (readonly [number, number])[] {
  const { again } = readableAttributes(logged.userAttrs);
  return again === undefined || !isTrialOver(logged) ? [] : [[again, logged.number + 1]];
}

function trialTold(logged: LoggedTrial, space: Space, by: number | undefined): JournalTrialReport {
  const { number, state, params, reports, begun, ended } = logged;
  const attributes = readableAttributes(logged.userAttrs);
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
