/** The tasks of an update: what was learnt before it and what it learns, each scored on rows that nothing learnt from. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { rankedBy } from "#dsl/compiler/plan/watched-metric.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { readerOf, type DataPlan } from "#dsl/language/types/subject.js";
import type { Learnt } from "../../models/lineage.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { usualMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { Task } from "../../runs/continual-state.js";
import type { Base } from "../../bases/base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { splitNamesOf, type Prepared } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { does } from "../../host/load-implementation.js";
import { encodeSplit, type Encoded, type Encoding } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import { scoreSplit } from "../../inference/score-split.js";
import type { OpenModel } from "../../models/open-model.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";

export interface Learnable {
  readonly plan: DataPlan;
  readonly prepared: Prepared;
  /** After which stage it is learnt; 0: before the first. */
  readonly learnt: number;
  /** Null: no rows are held out. */
  readonly split: string | null;
  /** It was evaluated on, and nothing is learnt of it: `prepared` has those rows alone, and perhaps not all of them. */
  readonly only?: "scored";
}
/** Those that were learnt before the first stage. */
export const learntBefore = (tasks: readonly Learnable[]): readonly Learnable[] =>
  tasks.filter(({ learnt, only }) => learnt === 0 && !only);

export interface Learnables {
  /** What is scored: each content once. */
  readonly tasks: readonly Learnable[];
  /** The data of each stage. */
  readonly stages: readonly Prepared[];
}

/** What a model learnt before, as far as it can be read, then what it is to learn. `gone`: told of what can't be. */
export async function learnables(
  { datasets }: { readonly datasets: DatasetCache },
  { earlier, stages }: { readonly earlier: readonly Learnt[]; readonly stages: readonly Plan[] },
  stage: Working,
  gone: (data: DataPlan, why: string) => void,
): Promise<Learnables> {
  const reader = stages[0] && readerOf(stages[0].recipe.model);
  const found: Learnable[] = [];
  const add = (plan: DataPlan, prepared: Prepared, learnt: number): void => {
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
  const own: Prepared[] = [];
  for (const [i, { recipe }] of stages.entries()) {
    const prepared = await datasets.data(recipe.data, readerOf(recipe.model), stage.hostContext);
    add(recipe.data, prepared, i + 1);
    own.push(prepared);
  }
  return { tasks: found, stages: own };
}

/** Old labels keep their places; new ones follow in the order of the data. */
export function unionOf(first: readonly string[], stages: readonly Prepared[]): readonly string[] {
  return [...new Set([...first, ...stages.flatMap(({ labels }) => labels)])];
}

/** Where rows are read and scored for. */
export interface Working {
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
}

export interface Measured {
  readonly call: Call;
  readonly name: string;
  readonly better: 1 | -1;
}
export function measuredBy(registry: Registry, { recipe }: Plan): Measured {
  const [call = { word: "loss", kind: "metric", arguments: {} }] = usualMetrics(
    registry,
    recipe.model.task,
    Object.keys(recipe.data.columns),
  );
  return { call, name: metricName(call, registry), better: rankedBy(registry, call, "metrics") === "greater" ? 1 : -1 };
}

/** What tasks are scored with. */
export interface Scoring {
  readonly plan: Plan;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
  readonly labels: readonly string[];
  readonly measured: Measured;
  readonly name: string;
}

/** What a model comes to on a task. */
export interface Cell {
  readonly score: number | null;
  /** Its answers, as numbers of labels; null: the task's answers are no single labels, or it wasn't asked. */
  readonly said: Int32Array | null;
}
const NOTHING: Cell = { score: null, said: null };

/** How the rows of a task are read. */
export async function asksOf(
  { plan: data, prepared, split }: Learnable,
  { plan, base, tokenizer, labels, name }: Omit<Scoring, "measured">,
): Promise<{ readonly encoding: Encoding; readonly rows: Encoded } | null> {
  // Of a task that a model can't name the labels of, it has no score.
  if (split === null || (labels.length > 0 && prepared.labels.some((label) => !labels.includes(label)))) return null;
  const encoding: Encoding = await encodingOf({ recipe: { ...plan.recipe, data } }, base, tokenizer, labels, name);
  return { encoding, rows: await encodeSplit(prepared, { data: data.name, split }, encoding) };
}

/** What an open model comes to on each task. */
export async function scoresOn(
  open: Pick<OpenModel, "session">,
  tasks: readonly Learnable[],
  of: Scoring,
  stage: Working,
): Promise<readonly Cell[]> {
  const { measured, tokenizer } = of;
  const metric = await does(measured.call, "metric");
  const { training, model } = of.plan.recipe;
  const cells: Cell[] = [];
  for (const task of tasks) {
    const asks = await asksOf(task, of);
    if (!asks) {
      cells.push(NOTHING);
      continue;
    }
    const label = `${task.plan.name}.${task.split ?? ""} scored`;
    const { told, measure, outcome } = await scoreSplit(open.session, asks.rows, asks.encoding, {
      batchSize: training.batch_size,
      padId: tokenizer.padId,
      packed: training.packing ? model.max_length : null,
      ...(stage.signal && { signal: stage.signal }),
      onRows: (done, total) => stage.hostContext.onProgress?.({ label, done, total }),
    });
    const score = told[measured.name] ?? measure(metric, measured.call);
    const said = outcome?.of === "label" ? outcome.input.predicted : null;
    cells.push({ score: Number.isFinite(score) ? score : null, said });
  }
  return cells;
}

/** As they are told: what is scored, and on how many rows. */
export function toldOf(tasks: readonly Learnable[]): readonly Task[] {
  const names = tasks.map(({ plan }) => plan.name);
  return tasks.map(({ plan, prepared, split, learnt }, j) => ({
    // New data may have the name of old ones.
    data: learnt === 0 && names.lastIndexOf(plan.name) > j ? `${plan.name} before` : plan.name,
    split: split ?? "",
    rows: split === null ? 0 : (prepared.facts.splits[split]?.rows ?? 0),
  }));
}
