/** `evaluate`: metrics of one or more models on one or more splits, the confusion matrix and the worst examples. */
import { readerOf, type Action, type Call, type Subject } from "#dsl/plan/plan.js";
import type { MetricInput } from "#stdlib/kinds.js";
import { CodedError } from "#dsl/check/codes.js";
import { evaluationShown } from "../../display/evaluation.js";
import { encodeSplit, type Encoded } from "../encoded.js";
import type { Session } from "../../engine/engine.js";
import { encodingOf } from "../encoding.js";
import { scoreRows, scoreTokens, type ScoreOptions, type Scores } from "../score.js";
import { metricName } from "../metric-name.js";
import type { ModelHandle } from "../model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { does } from "../words.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

export interface Evaluation {
  readonly model: string;
  readonly on: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Empty where texts are continued. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted], rows; empty where texts are continued. */
  readonly confusion: readonly (readonly number[])[];
}
interface Measured {
  readonly rows: Encoded;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of labels. */
  readonly scores: Scores | null;
}

export async function runEvaluate(session: TuneSession, action: Evaluate, stage: Stage): Promise<void> {
  for (const subject of action.on) {
    for (const name of action.names) {
      const { evaluation, rows, scores } = await evaluateOnce(session, session.models.get(name), subject, action, stage);
      session.evaluations.push(evaluation);
      for (const shown of evaluationShown({
        metrics: Object.entries(evaluation.metrics).map(([metric, value]) => ({ name: metric, value, subject: `${name} on ${evaluation.on}` })),
        labels: evaluation.labels,
        confusion: evaluation.confusion,
        worst: scores ? worst(rows, scores, evaluation.labels, action.worst) : [],
        rows: evaluation.rows,
      }))
        stage.screen.display(shown);
    }
  }
}

export async function evaluateOnce(
  session: TuneSession,
  handle: ModelHandle,
  subject: Subject,
  o: Pick<Evaluate, "metrics" | "batch_size">,
  stage: Stage,
): Promise<Measured & { readonly evaluation: Evaluation }> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const { weights, open, tokenizer } = await session.models.ready(handle, stage.surroundings);
  const { plan, labels } = weights;
  const { base } = await session.models.parts(plan, stage.surroundings);
  const { model } = plan.recipe;
  const prepared = await session.workshop.data(subject.data, readerOf(model), stage.surroundings);
  const encoding = await encodingOf(plan, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: subject.data.name, split: subject.split ?? "all" }, encoding);
  const scored = { batchSize: o.batch_size, padId: tokenizer.padId, ...(stage.signal ? { signal: stage.signal } : {}) };
  const measured =
    encoding.supervision === "next_token"
      ? await measureTokens(open.session, rows, o.metrics, { ...scored, packed: plan.recipe.training.packing ? model.max_length : null })
      : await measureLabels(open.session, rows, o.metrics, { ...scored, labels, data: subject.data.name });
  return {
    ...measured,
    evaluation: {
      model: handle.name,
      on: subject.split ? `${subject.data.name}.${subject.split}` : subject.data.name,
      rows: rows.count,
      metrics: measured.metrics,
      labels: measured.scores ? labels : [],
      confusion: measured.scores ? confusionOf(inputOf(labels, rows.labels!, measured.scores)) : [],
    },
  };
}

async function measureTokens(session: Session, rows: Encoded, calls: readonly Call[], o: Parameters<typeof scoreTokens>[2]): Promise<Measured> {
  const input = await scoreTokens(session, rows, o);
  const metrics: Record<string, number> = {};
  for (const call of calls) metrics[metricName(call)] = (await does(call, "metric")).ofTokens?.(call, input) ?? Number.NaN;
  return { rows, metrics, scores: null };
}

async function measureLabels(
  session: Session,
  rows: Encoded,
  calls: readonly Call[],
  o: Omit<ScoreOptions, "labels"> & { readonly labels: readonly string[]; readonly data: string },
): Promise<Measured> {
  if (!rows.labels) throw new CodedError("no-labels", { data: o.data });
  const scores = await scoreRows(session, rows, { ...o, labels: o.labels.length });
  const input = inputOf(o.labels, rows.labels, scores);
  const metrics: Record<string, number> = {};
  for (const call of calls) metrics[metricName(call)] = (await does(call, "metric")).compute(call, input);
  return { rows, metrics, scores };
}

function inputOf(labels: readonly string[], truth: Int32Array, { predicted, probabilities }: Scores): MetricInput {
  return { labels, truth, predicted, probabilities };
}

export function confusionOf({ labels, truth, predicted }: MetricInput): readonly (readonly number[])[] {
  const matrix = labels.map(() => labels.map(() => 0));
  truth.forEach((t, i) => {
    matrix[t]![predicted[i]!]! += 1;
  });
  return matrix;
}

/** The rows that were most surely given a wrong label. */
function worst(rows: Encoded, scores: Scores, labels: readonly string[], most: number) {
  const n = labels.length;
  return Array.from(rows.labels ?? [], (truth, i) => ({ i, truth, predicted: scores.predicted[i]! }))
    .filter((r) => r.truth !== r.predicted)
    .map((r) => ({
      row: rows.rows[r.i]!,
      text: r.i,
      truth: labels[r.truth]!,
      predicted: labels[r.predicted]!,
      probability: scores.probabilities[r.i * n + r.predicted]!,
    }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, most)
    .map((r) => ({ ...r, text: rows.text(r.text) }));
}
