/** The tasks of an update: what was learnt before it and what it learns, each scored on rows that nothing learnt from. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { rankingDirectionOf } from "#dsl/compiler/plan/watched-metric.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReaderOf, type DataPlan } from "#dsl/language/types/subject.js";
import type { LearntData } from "../../models/lineage.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { ContinualTask } from "../../runs/continual-state.js";
import type { Base } from "../../bases/base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { encodeSplit, type EncodedRows, type RowEncoding } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import { scoreSplit } from "../../inference/score-split.js";
import type { OpenModel } from "../../models/open-model.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";

export interface LearnableTask {
  readonly plan: DataPlan;
  readonly prepared: PreparedData;
  /** After which stage it is learnt; 0: before the first. */
  readonly learnt: number;
  /** Null: no rows are held out. */
  readonly split: string | null;
  /** It was evaluated on, and nothing is learnt of it: `prepared` has those rows alone, and perhaps not all of them. */
  readonly only?: "scored";
}
/** Those that were learnt before the first stage. */
export const tasksLearntBefore = (tasks: readonly LearnableTask[]): readonly LearnableTask[] =>
  tasks.filter(({ learnt, only }) => learnt === 0 && !only);

export interface LearnableTasks {
  /** What is scored: each content once. */
  readonly tasks: readonly LearnableTask[];
  /** The data of each stage. */
  readonly stages: readonly PreparedData[];
}

/** What a model learnt before, as far as it can be read, then what it is to learn. `gone`: told of what can't be. */
export async function learnableTasks(
  { datasets }: { readonly datasets: DatasetCache },
  { earlier, stages }: { readonly earlier: readonly LearntData[]; readonly stages: readonly Plan[] },
  stage: TaskContext,
  gone: (data: DataPlan, why: string) => void,
): Promise<LearnableTasks> {
  const reader = stages[0] && dataReaderOf(stages[0].recipe.model);
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
    const prepared = await datasets.data(recipe.data, dataReaderOf(recipe.model), stage.hostContext);
    add(recipe.data, prepared, i + 1);
    preparedRows.push(prepared);
  }
  return { tasks: found, stages: preparedRows };
}

/** Old labels keep their places; new ones follow in the order of the data. */
export function labelUnion(first: readonly string[], stages: readonly PreparedData[]): readonly string[] {
  return [...new Set([...first, ...stages.flatMap(({ labels }) => labels)])];
}

/** Where rows are read and scored for. */
export interface TaskContext {
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

/** What tasks are scored with. */
export interface TaskScoring {
  readonly plan: Plan;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
  readonly measured: TaskMetric;
  readonly name: string;
}

/** What a model comes to on a task. */
export interface TaskScore {
  readonly score: number | null;
  /** Its answers, as numbers of labels; null: the task's answers are no single labels, or it wasn't asked. */
  readonly predictions: Int32Array | null;
}
const NOTHING: TaskScore = { score: null, predictions: null };

/** How the rows of a task are read. */
export async function taskRowsReader(
  { plan: data, prepared, split }: LearnableTask,
  { plan, base, tokenizer, labels, name }: Omit<TaskScoring, "measured">,
): Promise<{ readonly encoding: RowEncoding; readonly rows: EncodedRows } | null> {
  // Of a task that a model can't name the labels of, it has no score.
  if (split === null || (labels.length > 0 && prepared.labels.some((label) => !labels.includes(label)))) return null;
  const encoding: RowEncoding = await encodingOf({ recipe: { ...plan.recipe, data } }, base, tokenizer, labels, name);
  return { encoding, rows: await encodeSplit(prepared, { data: data.name, split }, encoding) };
}

/** What an open model comes to on each task. */
export async function scoreTasks(
  open: Pick<OpenModel, "session">,
  tasks: readonly LearnableTask[],
  scoring: TaskScoring,
  stage: TaskContext,
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

/** As they are told: what is scored, and on how many rows. */
export function taskReports(tasks: readonly LearnableTask[]): readonly ContinualTask[] {
  const names = tasks.map(({ plan }) => plan.name);
  return tasks.map(({ plan, prepared, split, learnt }, j) => ({
    // New data may have the name of old ones.
    data: learnt === 0 && names.lastIndexOf(plan.name) > j ? `${plan.name} before` : plan.name,
    split: split ?? "",
    rows: split === null ? 0 : (prepared.facts.splits[split]?.rows ?? 0),
  }));
}
