/** `evaluate`: metrics of one or more models on one or more splits, the confusion matrix and the worst examples. */
import type { Action, Subject } from "#dsl/plan/plan.js";
import type { MetricInput } from "#stdlib/kinds.js";
import { CodedError } from "#dsl/check/codes.js";
import { evaluationShown } from "../../display/evaluation.js";
import { encodeSplit, type Encoded } from "../encoded.js";
import { scoreRows, type Scores } from "../score.js";
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
  readonly labels: readonly string[];
  /** confusion[truth][predicted], rows. */
  readonly confusion: readonly (readonly number[])[];
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
          worst: worst(rows, scores, evaluation.labels, action.worst),
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
): Promise<{ readonly evaluation: Evaluation; readonly rows: Encoded; readonly scores: Scores }> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const { weights, open, tokenizer } = await session.models.ready(handle, stage.surroundings);
  const { name } = handle;
  const { model } = weights.plan.recipe;
  const prepared = await session.workshop.data(subject.data, { name: model.base, folder: model.folder }, stage.surroundings);
  const split = subject.split ?? "all";
  const rows = await encodeSplit(prepared, { data: subject.data.name, split }, tokenizer, model.max_length, { name, labels: weights.labels });
  if (!rows.labels) throw new CodedError("no-labels", { data: subject.data.name });
  const scores = await scoreRows(open.session, rows, {
    batchSize: o.batch_size,
    labels: weights.labels.length,
    padId: tokenizer.padId,
    ...(stage.signal ? { signal: stage.signal } : {}),
  });
  const input: MetricInput = { labels: weights.labels, truth: rows.labels, predicted: scores.predicted, probabilities: scores.probabilities };
  const metrics: Record<string, number> = {};
  for (const call of o.metrics) metrics[metricName(call)] = (await does(call, "metric")).compute(call, input);
  return {
    rows,
    scores,
    evaluation: {
      model: name,
      on: subject.split ? `${subject.data.name}.${subject.split}` : subject.data.name,
      rows: rows.labels.length,
      metrics,
      labels: weights.labels,
      confusion: confusionOf(input),
    },
  };
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
      text: rows.texts[r.i]!,
      truth: labels[r.truth]!,
      predicted: labels[r.predicted]!,
      probability: scores.probabilities[r.i * n + r.predicted]!,
    }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, most);
}
