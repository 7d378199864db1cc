/** The tasks of an update: what was learned before it and what it learns, each scored on held-out rows. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { rankingDirectionOf } from "#dsl/compiler/plan/watched-metric.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf, type DataPlan, type Call } from "#dsl/language/types/value.js";
import type { LearntData } from "../../models/lineage.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { ContinualTask } from "../../runs/continual-state.js";
import type { BaseModel } from "../../bases/base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { loadImplementation } from "../../host/load-implementation.js";
import {
  encodeSplit,
  type EncodedRows,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../../data/encoding/encoded.js";
import { scoreSplit } from "../../inference/score-split.js";
import type { OpenModel } from "../../models/open-model.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";

export interface LearnableTask {
  readonly plan: DataPlan;
  readonly prepared: PreparedData;
  /** Number of the update stage after which it is learned; 0: before the first. */
  readonly learnt: number;
  /** Null if no rows are held out. */
  readonly split: string | null;
  /** Evaluated but never learned from: `prepared` contains only its evaluation rows, perhaps not all of them. */
  readonly only?: "scored";
}
export const tasksLearntBeforeUpdate = (tasks: readonly LearnableTask[]): readonly LearnableTask[] =>
  tasks.filter(({ learnt, only }) => learnt === 0 && !only);

export interface LearnableTasks {
  /** The scored tasks, without duplicate content. */
  readonly tasks: readonly LearnableTask[];
  readonly stages: readonly PreparedData[];
}

/**
 * The tasks that a model learned before, as far as their data can be read, then those to learn. `gone` receives the
 * unreadable ones.
 */
export async function learnableTasks(
  { datasets }: { readonly datasets: DatasetCache },
  { earlier, stages }: { readonly earlier: readonly LearntData[]; readonly stages: readonly Plan[] },
  stage: HostContextAndSignal,
  gone: (data: DataPlan, why: string) => void,
): Promise<LearnableTasks> {
  const reader = stages[0] && dataReadingSettingsOf(stages[0].recipe.model);
  const found: LearnableTask[] = [];
  const add = (plan: DataPlan, prepared: PreparedData, learnt: number): void => {
    const same = found.findIndex((one) => one.prepared.facts.hash === prepared.facts.hash);
    if (same >= 0) return;
    const names = splitNamesOf(prepared);
    const split = ["test", "validation"].find((name) => names.includes(name)) ?? null;
    found.push({ plan, prepared, learnt, split });
  };
  for (const { data: plan, hash } of earlier)
    try {
      const prepared = await datasets.data(plan, reader ?? null, stage.hostContext);
      if (hash !== null && prepared.facts.hash !== hash) gone(plan, "its rows are others now");
      else add(plan, prepared, 0);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      gone(plan, error.message);
    }
  const preparedRows: PreparedData[] = [];
  for (const [i, { recipe }] of stages.entries()) {
    const prepared = await datasets.data(recipe.data, dataReadingSettingsOf(recipe.model), stage.hostContext);
    add(recipe.data, prepared, i + 1);
    preparedRows.push(prepared);
  }
  return { tasks: found, stages: preparedRows };
}

/** Old labels keep their indices; new ones follow in the order of the data. */
export function labelUnion(first: readonly string[], stages: readonly PreparedData[]): readonly string[] {
  return [...new Set([...first, ...stages.flatMap(({ labels }) => labels)])];
}

export interface HostContextAndSignal {
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
}

export interface TaskMetric {
  readonly call: Call;
  readonly name: string;
  readonly better: 1 | -1;
}
export function taskMetricOf(registry: Registry, { recipe }: Plan): TaskMetric {
  const [call = { word: "loss", kind: "metric", arguments: {} }] = defaultMetrics(
    registry,
    recipe.model.task,
    Object.keys(recipe.data.columns),
  );
  return {
    call,
    name: metricName(call, registry),
    better: rankingDirectionOf(registry, call, "metrics") === "greater" ? 1 : -1,
  };
}

export interface TaskScoring {
  readonly plan: Plan;
  readonly base: BaseModel;
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
  readonly measured: TaskMetric;
  readonly name: string;
}

export interface TaskScore {
  readonly score: number | null;
  /** Predicted label indices; null if the task has no single labels or was not evaluated. */
  readonly predictions: Int32Array | null;
}
const NOTHING: TaskScore = { score: null, predictions: null };

/** Returns the reader of a task's rows. */
export async function taskRowsReader(
  { plan: data, prepared, split }: LearnableTask,
  { plan, base, tokenizer, labels, name }: Omit<TaskScoring, "measured">,
): Promise<{ readonly encoding: RowEncodingOptions; readonly rows: EncodedRows } | null> {
  // A task with labels that the model does not have gets no score.
  if (split === null || (labels.length > 0 && prepared.labels.some((label) => !labels.includes(label)))) return null;
  const encoding: RowEncodingOptions = await rowEncodingOptionsOf(
    { recipe: { ...plan.recipe, data } },
    base,
    tokenizer,
    labels,
    name,
  );
  return { encoding, rows: await encodeSplit(prepared, { data: data.name, split }, encoding) };
}

export async function scoreTasks(
  open: Pick<OpenModel, "session">,
  tasks: readonly LearnableTask[],
  scoring: TaskScoring,
  stage: HostContextAndSignal,
): Promise<readonly TaskScore[]> {
  const { measured, tokenizer } = scoring;
  const metric = await loadImplementation(measured.call, "metric");
  const { training, model } = scoring.plan.recipe;
  const cells: TaskScore[] = [];
  for (const task of tasks) {
    const asks = await taskRowsReader(task, scoring);
    if (!asks) {
      cells.push(NOTHING);
      continue;
    }
    const label = `${task.plan.name}.${task.split ?? ""} scored`;
    const { metrics, measure, outcome } = await scoreSplit(open.session, asks.rows, asks.encoding, {
      batchSize: training.batch_size,
      padId: tokenizer.padId,
      packed: training.packing ? model.max_length : null,
      ...(stage.signal && { signal: stage.signal }),
      onRows: (done, total) => stage.hostContext.onProgress?.({ label, done, total }),
    });
    const score = metrics[measured.name] ?? measure(metric, measured.call);
    const predictions = outcome?.kind === "label" ? outcome.input.predicted : null;
    cells.push({ score: Number.isFinite(score) ? score : null, predictions });
  }
  return cells;
}

/** Describes the tasks for reports: what is scored, and on how many rows. */
export function describeTasks(tasks: readonly LearnableTask[]): readonly ContinualTask[] {
  const names = tasks.map(({ plan }) => plan.name);
  return tasks.map(({ plan, prepared, split, learnt }, j) => ({
    // New data may have the same name as earlier data.
    data: learnt === 0 && names.lastIndexOf(plan.name) > j ? `${plan.name} before` : plan.name,
    split: split ?? "",
    rows: split === null ? 0 : (prepared.facts.splits[split]?.rows ?? 0),
  }));
}
