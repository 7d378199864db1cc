/** `evaluate`: metrics of one or more models on one or more splits, the confusion matrix and the worst examples. */
import { readerOf, type Action, type Call, type Subject } from "#dsl/plan/plan.js";
import type { Scored } from "#stdlib/kinds/task.js";
import type { WrittenMetricInput } from "#stdlib/kinds/metric.js";
import { CodedError } from "#dsl/check/codes.js";
import { evaluationShown } from "../../display/evaluation.js";
import { encodeSplit, type Encoded } from "../encoded.js";
import { encodingOf } from "../encoding.js";
import { scoreSplit } from "../scored.js";
import { metricName } from "#stdlib/metrics/metric-name.js";
import { writesText, type ModelHandle } from "../model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { does } from "../words.js";
import { writtenTexts } from "../written-texts.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

const GREEDY: Call = { word: "greedy", kind: "decoder", arguments: {} };

export interface Evaluation {
  readonly model: string;
  readonly on: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Empty where the task has none. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted], rows (or words); empty where there is none. */
  readonly confusion: readonly (readonly number[])[];
}
interface Measured {
  readonly rows: Encoded;
  readonly scored: Scored;
  readonly evaluation: Evaluation;
}

export async function runEvaluate(session: TuneSession, action: Evaluate, stage: Stage): Promise<void> {
  for (const subject of action.on) {
    for (const name of action.names) {
      const { evaluation, rows, scored } = await evaluateOnce(session, session.models.get(name), subject, action, stage);
      session.evaluations.push(evaluation);
      for (const shown of evaluationShown({
        metrics: Object.entries(evaluation.metrics).map(([metric, value]) => ({ name: metric, value, subject: `${name} on ${evaluation.on}` })),
        labels: evaluation.labels,
        confusion: evaluation.confusion,
        worst: scored.mistakes(action.worst).map(({ row, by, ...m }) => ({ ...m, row: rows.rows[row]!, probability: by, text: rows.text(row) })),
        worstBy: scored.mistakesBy,
        notes: scored.notes ?? [],
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
  o: Pick<Evaluate, "metrics" | "batch_size"> & Partial<Pick<Evaluate, "decode" | "max_tokens">>,
  stage: Stage,
): Promise<Measured> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const { plan, labels, packed, open, base, tokenizer } = await session.models.askable(handle, subject.data, stage.surroundings);
  const { model } = plan.recipe;
  const prepared = await session.workshop.data(subject.data, readerOf(model), stage.surroundings);
  const encoding = await encodingOf(plan, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: subject.data.name, split: subject.split ?? "all" }, encoding);
  const scored = await scoreSplit(open.session, rows, encoding, { batchSize: o.batch_size, padId: tokenizer.padId, packed, ...(stage.signal ? { signal: stage.signal } : {}) });
  const metrics: Record<string, number> = {};
  const { decode = GREEDY, max_tokens } = o;
  const writing = { decode, max_tokens: max_tokens ?? model.max_length, stop: [], batch_size: o.batch_size };
  let texts: WrittenMetricInput | null = null;
  for (const call of o.metrics) {
    const metric = await does(call, "metric");
    const writes = metric.ofWritten !== undefined && writesText(model);
    if (writes) texts ??= await writtenTexts(session, handle, { prepared, split: subject.split ?? "all" }, writing, stage);
    metrics[metricName(call)] = writes && texts ? metric.ofWritten!(call, texts) : scored.measure(metric, call);
  }
  const { confusion } = scored;
  const on = subject.split ? `${subject.data.name}.${subject.split}` : subject.data.name;
  return { rows, scored, evaluation: { model: handle.name, on, rows: rows.count, metrics, labels: scored.labels, confusion } };
}
