/** Replays a journal's operations to studies with their trials, as Optuna does. */
import { finiteNumber } from "../../events/finite.js";
import type { JsonRecord } from "../../fetch/json.js";
import { parseDistribution, type OptunaDistribution } from "./distributions.js";
import { OPTUNA_OPERATIONS, OPTUNA_TRIAL_STATES, type OptunaOperation } from "./operations.js";

export interface LoggedParam {
  /** As in the journal: for a categorical choice, its index. */
  readonly value: number;
  readonly distribution: OptunaDistribution;
}
export interface LoggedTrial {
  /** Its index among all trials of the file. */
  readonly id: number;
  /** From 0, within its study. */
  readonly number: number;
  readonly worker: string;
  state: (typeof OPTUNA_TRIAL_STATES)[keyof typeof OPTUNA_TRIAL_STATES];
  readonly params: Map<string, LoggedParam>;
  readonly userAttrs: Map<string, unknown>;
  readonly systemAttrs: Map<string, unknown>;
  /** One value per objective; null if there is none. */
  values: readonly number[] | null;
  readonly reports: Map<number, number>;
  /** In ms since 1970. */
  begun: number | null;
  ended: number | null;
  /** Number of its changes. */
  changes: number;
}
export interface LoggedStudy {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly number[];
  readonly userAttrs: Map<string, unknown>;
  readonly systemAttrs: Map<string, unknown>;
  readonly trials: LoggedTrial[];
}

type Of<C extends number> = Extract<OptunaOperation, { op_code: C }>;

export class Replay {
  readonly studies = new Map<number, LoggedStudy>();
  private readonly trials: LoggedTrial[] = [];
  private studiesMade = 0;
  /** Increases with every operation. */
  revision = 0;

  study(name: string): LoggedStudy | undefined {
    return [...this.studies.values()].find((study) => study.name === name);
  }
  /** The ids of the next study and the next trial. */
  get next(): { readonly study: number; readonly trial: number } {
    return { study: this.studiesMade, trial: this.trials.length };
  }

  apply(operation: OptunaOperation): void {
    this.revision += 1;
    switch (operation.op_code) {
      case OPTUNA_OPERATIONS.createStudy:
        return this.createStudy(operation);
      case OPTUNA_OPERATIONS.deleteStudy:
        this.studies.delete(operation.study_id);
        return;
      case OPTUNA_OPERATIONS.studyUserAttr:
        return put(this.studies.get(operation.study_id)?.userAttrs, operation.user_attr);
      case OPTUNA_OPERATIONS.studySystemAttr:
        return put(this.studies.get(operation.study_id)?.systemAttrs, operation.system_attr);
      case OPTUNA_OPERATIONS.createTrial:
        return this.createTrial(operation);
      default:
        return this.change(operation);
    }
  }

  private createStudy({ study_name: name, directions }: Of<typeof OPTUNA_OPERATIONS.createStudy>): void {
    if (this.study(name)) return;
    const id = this.studiesMade++;
    this.studies.set(id, { id, name, directions, userAttrs: new Map(), systemAttrs: new Map(), trials: [] });
  }

  private createTrial(made: Of<typeof OPTUNA_OPERATIONS.createTrial>): void {
    const study = this.studies.get(made.study_id);
    if (!study) return;
    const { value, values, distributions = {}, params = {}, intermediate_values: reports = {} } = made;
    const trial: LoggedTrial = {
      id: this.trials.length,
      number: study.trials.length,
      worker: made.worker_id,
      state: made.state ?? OPTUNA_TRIAL_STATES.running,
      params: new Map(),
      userAttrs: new Map(),
      systemAttrs: new Map(),
      reports: new Map(),
      values: numbers(values ?? (value === undefined || value === null ? null : [value])),
      begun: timeOf(made.datetime_start),
      ended: timeOf(made.datetime_complete),
      changes: 0,
    };
    for (const [name, at] of Object.entries(params)) param(trial, name, at, distributions[name]);
    for (const [step, score] of Object.entries(reports)) trial.reports.set(Number(step), score ?? Number.NaN);
    put(trial.userAttrs, made.user_attrs ?? {});
    put(trial.systemAttrs, made.system_attrs ?? {});
    this.trials.push(trial);
    study.trials.push(trial);
  }

  /** Finished trials are not changed. */
  private change(operation: Exclude<OptunaOperation, { op_code: 0 | 1 | 2 | 3 | 4 }>): void {
    const trial = this.trials[operation.trial_id];
    if (!trial || isTrialOver(trial)) return;
    trial.changes += 1;
    switch (operation.op_code) {
      case OPTUNA_OPERATIONS.trialParam:
        return param(trial, operation.param_name, operation.param_value_internal, operation.distribution);
      case OPTUNA_OPERATIONS.intermediateValue:
        trial.reports.set(operation.step, operation.intermediate_value ?? Number.NaN);
        return;
      case OPTUNA_OPERATIONS.trialUserAttr:
        return put(trial.userAttrs, operation.user_attr);
      case OPTUNA_OPERATIONS.trialSystemAttr:
        return put(trial.systemAttrs, operation.system_attr);
      case OPTUNA_OPERATIONS.trialState:
        if (operation.state === OPTUNA_TRIAL_STATES.running)
          trial.begun = timeOf(operation.datetime_start) ?? trial.begun;
        trial.state = operation.state;
        trial.values = numbers(operation.values) ?? trial.values;
        if (isTrialOver(trial)) trial.ended = timeOf(operation.datetime_complete);
    }
  }
}

/** Whether it is complete, pruned or failed. */
export function isTrialOver({ state }: Pick<LoggedTrial, "state">): boolean {
  return state !== OPTUNA_TRIAL_STATES.running && state !== OPTUNA_TRIAL_STATES.waiting;
}

function param(trial: LoggedTrial, name: string, value: number, text: string | undefined): void {
  const distribution = text === undefined ? null : parseDistribution(text);
  if (distribution) trial.params.set(name, { value, distribution });
}
function put(into: Map<string, unknown> | undefined, entries: JsonRecord): void {
  for (const [name, value] of Object.entries(entries)) into?.set(name, value);
}
function numbers(values: readonly (number | null)[] | null): readonly number[] | null {
  return values && values.map((value) => value ?? Number.NaN);
}
function timeOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : finiteNumber(Date.parse(text));
}
