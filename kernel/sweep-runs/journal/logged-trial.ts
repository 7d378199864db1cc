/**
 * A trial of ours as a trial of Optuna's journal, and back. Its point is its parameters, what it scored its values, what was
 * reported its intermediate values; what Optuna has no place for (values as Tune text, the run, why it failed) are its user
 * attributes. A trial that Optuna added is read by its parameters.
 */
import * as v from "valibot";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { distributionText, meantBy, type Distribution } from "../../runs/optuna/distributions.js";
import { OP, STATE, type Unsigned } from "../../runs/optuna/operations.js";
import type { LoggedTrial } from "../../runs/optuna/replay.js";
import type { Point } from "#stdlib/searches/kind.js";
import { lastOf } from "#dsl/language/diagnostics/must.js";
import { parametersOf, pointOf, type Named, type Parameter } from "../../study/parameters.js";
import { valuesAt } from "../../study/points.js";
import type { TrialRecord } from "../../study/trial.js";
import { figure, table, whole, type Schema } from "../../fetch/json.js";
import { isValueText } from "./value-text.js";

/** Of a sweep what its journal must know. */
export interface JournalOf {
  readonly vary: SweepPlan["vary"];
  readonly goals: readonly { readonly metric: string; readonly direction: "maximize" | "minimize" }[];
  /** What `where` says that the values of a point don't keep, as it is written; null: they keep all. Absent: it says nothing. */
  readonly broken?: (point: Point) => string | null;
}
/** What its trials are read and written by. */
export class Reading {
  readonly vary: SweepPlan["vary"];
  readonly parameters: readonly Parameter[];
  readonly goals: number;
  readonly broken: (point: Point) => string | null;
  constructor({ vary, goals, broken = () => null }: JournalOf) {
    this.broken = broken;
    this.vary = vary;
    this.parameters = parametersOf(vary);
    this.goals = goals.length;
  }
}
/** Why a trial is none of the sweep's. */
export interface Unfit {
  readonly why: string;
}

export function fits<T extends Unfit>(trial: TrialRecord | T): trial is TrialRecord {
  return "point" in trial;
}

/** What has a place of its own in Optuna. */
type Native = "number" | "point" | "score" | "scores" | "state" | "reports" | "begun" | "step";
type Told = Exclude<keyof TrialRecord, Native>;
const text = v.string();
const path = v.pipe(text, v.regex(/^[\p{ID_Start}_][\p{ID_Continue}.]*$/u));
const named = v.custom<string>((name) => v.is(path, name));
/** Each field that has none: a user attribute under its name. */
const attributes: { readonly [K in Told]-?: Schema<Exclude<TrialRecord[K], undefined | null>> } = {
  values: v.pipe(
    table(v.pipe(text, v.check(isValueText))),
    v.check((values) => Object.keys(values).every((name) => v.is(named, name))),
  ),
  seconds: figure,
  run: text,
  error: text,
  steps: whole(0),
  tokens: whole(0),
  why: text,
  spread: v.array(figure),
  bars: v.array(figure),
  recipe: text,
  data: text,
  again: whole(1),
};
/** Known when it begins. */
const atFirst: readonly Told[] = ["values", "steps", "again"];
const names = Object.keys(attributes) as readonly Told[];

/** As it is created, running. */
export function begun(of: Reading, study: number, { point, begun: at, ...trial }: TrialRecord): Unsigned {
  const taken = of.parameters.filter(
    ({ of: { name, when } }) => Object.hasOwn(point, name) && (!when || point[when.dimension] === when.option),
  );
  return {
    op_code: OP.createTrial,
    study_id: study,
    datetime_start: isoOf(at ?? Date.now()),
    state: STATE.running,
    value: null,
    values: null,
    distributions: Object.fromEntries(taken.map((one) => [one.name, distributionText(distributionOf(one))])),
    params: Object.fromEntries(taken.map((one) => [one.name, Number(point[one.of.name])])),
    user_attrs: Object.fromEntries(atFirst.flatMap((name) => (trial[name] === undefined ? [] : [[name, trial[name]]]))),
    system_attrs: {},
    intermediate_values: {},
  };
}

/** `missed`: each bar, above 0 where the trial misses it: a constraint of Optuna's. */
export function ended(
  id: number,
  trial: TrialRecord,
  { at, missed }: { readonly at: number; readonly missed: Readonly<Record<string, number>> },
): readonly Unsigned[] {
  const { state, score, scores = score === null ? [] : [score] } = trial;
  const sound = scores.length > 0 && !scores.some(Number.isNaN);
  // Optuna's plots want a value of all that is complete.
  const as = {
    running: "running",
    done: sound ? "complete" : "failed",
    stopped: "pruned",
    pruned: "pruned",
    failed: "failed",
  };
  const told = as[state] as keyof typeof STATE;
  const attrs: (readonly [string, unknown])[] = names.flatMap((name) =>
    atFirst.includes(name) || (trial[name] ?? null) === null ? [] : [[name, trial[name]] as const],
  );
  if (state === "stopped" || (state === "done" && !sound)) attrs.push(["state", state]);
  return [
    ...attrs.map(([name, value]): Unsigned => ({
      op_code: OP.trialUserAttr,
      trial_id: id,
      user_attr: { [name]: value },
    })),
    ...Object.entries(missed).map(([name, by]): Unsigned => ({
      op_code: OP.trialSystemAttr,
      trial_id: id,
      system_attr: { [`constraints:${name}`]: by },
    })),
    {
      op_code: OP.trialState,
      trial_id: id,
      state: STATE[told],
      values: sound ? [...scores] : null,
      datetime_complete: isoOf(at),
    },
  ];
}

/** Or why it is none of the sweep's. */
export function trialIn(of: Reading, logged: LoggedTrial): TrialRecord | Unfit {
  const { values } = readable(logged.userAttrs);
  const found = pointOf(of.parameters, namedOf(of, logged, values !== undefined));
  if ("why" in found) return found;
  const broken = of.broken(found.point);
  if (broken !== null) return { why: `it would break ${broken}` };
  const record = recordOf(of, logged);
  if (!("state" in record)) return record;
  return { ...record, values: values ?? valuesAt(of.vary, found.point), point: found.point };
}

/** Of a trial what doesn't depend on what the sweep varies. */
export function recordOf(of: Reading, logged: LoggedTrial): Omit<TrialRecord, "point" | "values"> | Unfit {
  const { values: own, ...attrs } = readable(logged.userAttrs);
  void own;
  const { values } = logged;
  if (values && values.length !== of.goals)
    return {
      why: `it has ${values.length} values, and the sweep ${of.goals === 1 ? "one goal" : `${of.goals} goals`}`,
    };
  const reports = [...logged.reports].map(([step, score]) => ({ step, score })).sort((a, b) => a.step - b.step);
  const state = stateOf(logged);
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
    ...(of.goals > 1 && values && { scores: values }),
    ...(reports.length > 0 && { reports }),
    ...(logged.begun !== null && { begun: logged.begun }),
  };
}

export function stateOf({ state, userAttrs }: LoggedTrial): TrialRecord["state"] {
  const own = userAttrs.get("state");
  if (state === STATE.complete) return "done";
  if (state === STATE.pruned) return own === "stopped" ? "stopped" : "pruned";
  if (state === STATE.failed) return own === "done" ? "done" : "failed";
  return "running";
}

/** Of our attributes those that are as we write them. */
export function readable(attrs: ReadonlyMap<string, unknown>): Partial<Pick<TrialRecord, Told>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = attrs.get(name);
      return value !== undefined && v.is(attributes[name], value) ? [[name, value]] : [];
    }),
  );
}

/** `own`: a choice is found by its place in the list, whatever text the journal gives it. */
export function namedOf({ parameters }: Reading, { params }: LoggedTrial, own: boolean): ReadonlyMap<string, Named> {
  const found = new Map<string, Named>();
  for (const [name, { value, distribution }] of params) {
    const choices = own ? parameters.find((one) => one.name === name)?.choices : undefined;
    const same = distribution.is === "categorical" && distribution.choices.length === choices?.length;
    found.set(name, (same ? choices?.[value] : meantBy(distribution, value)) ?? null);
  }
  return found;
}

function distributionOf({ of, choices = [] }: Parameter): Distribution {
  if (of.kind === "choice") return { is: "categorical", choices };
  const log = of.scale === "log";
  // Optuna knows no steps on a logarithmic scale, and wants the last step as the end of others.
  const step = log ? null : (of.step ?? null);
  const high =
    step === null ? of.to : Number((of.from + Math.floor((of.to - of.from) / step + 1e-9) * step).toPrecision(15));
  return { is: of.integer ? "int" : "float", low: of.from, high, log, step };
}

/** As Python reads it, of any version. */
function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000+00:00");
}
