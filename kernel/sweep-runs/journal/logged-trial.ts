/**
 * Converts a trial to Optuna's journal format and back. The point becomes its parameters, the scores its values, the
 * reports its intermediate values. Fields that Optuna does not have (values as Tune text, the run, the failure) become
 * user attributes. A trial that Optuna added is read by its parameters.
 */
import * as v from "valibot";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { serializeDistribution, parameterValueOf, type OptunaDistribution } from "../../runs/optuna/distributions.js";
import { OPTUNA_OPERATIONS, OPTUNA_TRIAL_STATES, type OperationWithoutWorker } from "../../runs/optuna/operations.js";
import type { LoggedTrial } from "../../runs/optuna/replay.js";
import type { SearchPoint } from "#stdlib/searches/kind.js";
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { parametersOf, pointOfValues, type ParameterValue, type SweepParameter } from "../../study/parameters.js";
import { settingTextsAtPoint } from "../../study/points.js";
import type { TrialRecord } from "../../study/trial.js";
import { anyNumber, dictionaryOf, wholeNumber, type Schema } from "../../fetch/json.js";
import { isValueText } from "./value-text.js";

/** The parts of a sweep that its journal needs. */
export interface JournaledSweep {
  readonly vary: SweepPlan["vary"];
  readonly goals: readonly { readonly metric: string; readonly direction: "maximize" | "minimize" }[];
  /** Returns the `where` relation that a point violates, as written; null if all hold. Unset without `where`. */
  readonly broken?: (point: SearchPoint) => string | null;
}
/** Parameters for reading and writing the journal's trials. */
export class JournalTrialParameters {
  readonly vary: SweepPlan["vary"];
  readonly parameters: readonly SweepParameter[];
  readonly goals: number;
  readonly broken: (point: SearchPoint) => string | null;
  constructor({ vary, goals, broken = () => null }: JournaledSweep) {
    this.broken = broken;
    this.vary = vary;
    this.parameters = parametersOf(vary);
    this.goals = goals.length;
  }
}
/** Why a trial does not fit the sweep. */
export interface UnfitReason {
  readonly why: string;
}

export function isFittingTrial<T extends UnfitReason>(trial: TrialRecord | T): trial is TrialRecord {
  return "point" in trial;
}

/** Fields for which Optuna has its own place. */
type Native = "number" | "point" | "score" | "scores" | "state" | "reports" | "begun" | "step";
type Told = Exclude<keyof TrialRecord, Native>;
const text = v.string();
const path = v.pipe(text, v.regex(/^[\p{ID_Start}_][\p{ID_Continue}.]*$/u));
const named = v.custom<string>((name) => v.is(path, name));
/** All other fields: each is a user attribute of the same name. */
const attributes: { readonly [K in Told]-?: Schema<Exclude<TrialRecord[K], undefined | null>> } = {
  values: v.pipe(
    dictionaryOf(v.pipe(text, v.check(isValueText))),
    v.check((values) => Object.keys(values).every((name) => v.is(named, name))),
  ),
  seconds: anyNumber,
  run: text,
  error: text,
  steps: wholeNumber(0),
  tokens: wholeNumber(0),
  why: text,
  spread: v.array(anyNumber),
  bars: v.array(anyNumber),
  recipe: text,
  data: text,
  again: wholeNumber(1),
};
/** Fields that are known at the start of a trial. */
const atFirst: readonly Told[] = ["values", "steps", "again"];
const names = Object.keys(attributes) as readonly Told[];

/** Returns the entry that creates a running trial. */
export function createdEntry(
  reading: JournalTrialParameters,
  study: number,
  { point, begun: startedAt, ...trial }: TrialRecord,
): OperationWithoutWorker {
  const taken = reading.parameters.filter(
    ({ dimension: { name, when } }) => Object.hasOwn(point, name) && (!when || point[when.dimension] === when.option),
  );
  return {
    op_code: OPTUNA_OPERATIONS.createTrial,
    study_id: study,
    datetime_start: isoOf(startedAt ?? Date.now()),
    state: OPTUNA_TRIAL_STATES.running,
    value: null,
    values: null,
    distributions: Object.fromEntries(taken.map((one) => [one.name, serializeDistribution(distributionOf(one))])),
    params: Object.fromEntries(taken.map((one) => [one.name, Number(point[one.dimension.name])])),
    user_attrs: Object.fromEntries(atFirst.flatMap((name) => (trial[name] === undefined ? [] : [[name, trial[name]]]))),
    system_attrs: {},
    intermediate_values: {},
  };
}

/** @param missed distance to each threshold, above 0 if the trial misses it; stored as Optuna constraints */
export function endedEntry(
  id: number,
  trial: TrialRecord,
  { endedAt, missed }: { readonly endedAt: number; readonly missed: Readonly<Record<string, number>> },
): readonly OperationWithoutWorker[] {
  const { state, score, scores = score === null ? [] : [score] } = trial;
  const sound = scores.length > 0 && !scores.some(Number.isNaN);
  // Optuna's plots need a value for every completed trial.
  const as = {
    running: "running",
    done: sound ? "complete" : "failed",
    stopped: "pruned",
    pruned: "pruned",
    failed: "failed",
  };
  const stateKey = as[state] as keyof typeof OPTUNA_TRIAL_STATES;
  const attrs: (readonly [string, unknown])[] = names.flatMap((name) =>
    atFirst.includes(name) || (trial[name] ?? null) === null ? [] : [[name, trial[name]] as const],
  );
  if (state === "stopped" || (state === "done" && !sound)) attrs.push(["state", state]);
  return [
    ...attrs.map(([name, value]): OperationWithoutWorker => ({
      op_code: OPTUNA_OPERATIONS.trialUserAttr,
      trial_id: id,
      user_attr: { [name]: value },
    })),
    ...Object.entries(missed).map(([name, by]): OperationWithoutWorker => ({
      op_code: OPTUNA_OPERATIONS.trialSystemAttr,
      trial_id: id,
      system_attr: { [`constraints:${name}`]: by },
    })),
    {
      op_code: OPTUNA_OPERATIONS.trialState,
      trial_id: id,
      state: OPTUNA_TRIAL_STATES[stateKey],
      values: sound ? [...scores] : null,
      datetime_complete: isoOf(endedAt),
    },
  ];
}

/** Returns the trial, or why it does not fit the sweep. */
export function trialFromLog(reading: JournalTrialParameters, logged: LoggedTrial): TrialRecord | UnfitReason {
  const { values } = tunebookAttributes(logged.userAttrs);
  const found = pointOfValues(reading.parameters, parameterValuesOf(reading, logged, values !== undefined));
  if ("why" in found) return found;
  const broken = reading.broken(found.point);
  if (broken !== null) return { why: `it would break ${broken}` };
  const record = trialRecordOf(reading, logged);
  if (!("state" in record)) return record;
  return { ...record, values: values ?? settingTextsAtPoint(reading.vary, found.point), point: found.point };
}

/** Reads the fields of a trial that do not depend on what the sweep varies. */
export function trialRecordOf(
  reading: JournalTrialParameters,
  logged: LoggedTrial,
): Omit<TrialRecord, "point" | "values"> | UnfitReason {
  const { values: loggedValues, ...attrs } = tunebookAttributes(logged.userAttrs);
  void loggedValues;
  const { values } = logged;
  if (values && values.length !== reading.goals)
    return {
      why: `it has ${values.length} values, and the sweep ${reading.goals === 1 ? "one goal" : `${reading.goals} goals`}`,
    };
  const reports = [...logged.reports].map(([step, score]) => ({ step, score })).sort((a, b) => a.step - b.step);
  const state = trialStateOf(logged);
  const last = state === "pruned" && reports.length > 0 ? lastOf(reports).score : null;
  const spent = logged.begun !== null && logged.ended !== null ? (logged.ended - logged.begun) / 1000 : 0;
  return {
    seconds: spent,
    run: null,
    error: state === "failed" ? "it failed" : null,
    ...attrs,
    number: logged.number + 1,
    score: values?.[0] ?? last,
    state,
    ...(reading.goals > 1 && values && { scores: values }),
    ...(reports.length > 0 && { reports }),
    ...(logged.begun !== null && { begun: logged.begun }),
  };
}

export function trialStateOf({ state, userAttrs }: LoggedTrial): TrialRecord["state"] {
  const ownState = userAttrs.get("state");
  if (state === OPTUNA_TRIAL_STATES.complete) return "done";
  if (state === OPTUNA_TRIAL_STATES.pruned) return ownState === "stopped" ? "stopped" : "pruned";
  if (state === OPTUNA_TRIAL_STATES.failed) return ownState === "done" ? "done" : "failed";
  return "running";
}

/** Returns the user attributes that have the form in which Tunebook writes them. */
export function tunebookAttributes(attrs: ReadonlyMap<string, unknown>): Partial<Pick<TrialRecord, Told>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = attrs.get(name);
      return value !== undefined && v.is(attributes[name], value) ? [[name, value]] : [];
    }),
  );
}

/** @param own find a choice by its index in the list, whatever text the journal gives it */
export function parameterValuesOf(
  { parameters }: JournalTrialParameters,
  { params }: LoggedTrial,
  isOwn: boolean,
): ReadonlyMap<string, ParameterValue> {
  const found = new Map<string, ParameterValue>();
  for (const [name, { value, distribution }] of params) {
    const choices = isOwn ? parameters.find((one) => one.name === name)?.choices : undefined;
    const same = distribution.is === "categorical" && distribution.choices.length === choices?.length;
    found.set(name, (same ? choices?.[value] : parameterValueOf(distribution, value)) ?? null);
  }
  return found;
}

function distributionOf({ dimension, choices = [] }: SweepParameter): OptunaDistribution {
  if (dimension.kind === "choice") return { is: "categorical", choices };
  const log = dimension.scale === "log";
  // Optuna has no steps on a logarithmic scale, and requires the upper end to be a multiple of the step otherwise.
  const step = log ? null : (dimension.step ?? null);
  const high =
    step === null
      ? dimension.to
      : Number((dimension.from + Math.floor((dimension.to - dimension.from) / step + 1e-9) * step).toPrecision(15));
  return { is: dimension.integer ? "int" : "float", low: dimension.from, high, log, step };
}

/** Formats a time so that every Python version can read it. */
function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000+00:00");
}
