/** `evaluate` and predictions on a page, with the notebook's metrics, intervals and cards. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { evaluationView, predictionsView } from "#kernel/display/scores/evaluation.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { encodeSplit } from "#kernel/data/encoding/encoded.js";
import { resampleMetrics, intervalMethodsText, type MeasuredMetric } from "#kernel/inference/measuring/comparison.js";
import { measureMetric } from "#kernel/inference/measuring/measure-metric.js";
import { computeOutputs, scoreOutputs } from "#kernel/inference/score-split.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { predictorOf } from "#kernel/inference/predictor.js";
import { computeRowLogits } from "#kernel/inference/score.js";
import { registry } from "#stdlib/registry.js";
import type { PageWorld } from "../world/world.js";
import type { PredictTextsResult } from "./protocol.js";
import type { PageRun } from "./run.js";

type Evaluate = Extract<Action, { readonly verb: "evaluate" }>;

/** Scores by name, and the cards. */
export interface PageEvaluation {
  readonly on: string;
  readonly scores: Readonly<Record<string, number>>;
  readonly shown: readonly DisplayOutput[];
}

/** Runs the program's evaluations of a model. */
export async function runProgramEvaluations(
  run: PageRun,
  actions: readonly Action[],
  world: PageWorld,
): Promise<readonly PageEvaluation[]> {
  const found: PageEvaluation[] = [];
  for (const action of actions)
    if (action.verb === "evaluate" && action.names.includes(run.name))
      for (const subject of action.on) if ("data" in subject) found.push(await one(run, action, subject, world));
  return found;
}

async function one(
  run: PageRun,
  { metrics, batch_size, worst }: Evaluate,
  subject: Extract<Evaluate["on"][number], { readonly data: unknown }>,
  world: PageWorld,
): Promise<PageEvaluation> {
  const { encoding, tokenizer } = run.material;
  const split = subject.split ?? "all";
  const on = subject.split ? `${subject.data.name}.${subject.split}` : subject.data.name;
  const prepared = await world.prepared(subject.data, dataReadingSettingsOf(run.plan.recipe.model));
  const rows = await encodeSplit(prepared, { data: subject.data.name, split }, encoding);
  const options = { batchSize: batch_size, padId: tokenizer.padId, packed: null, groups: true };
  const scored = scoreOutputs([await computeOutputs(run.open.session, rows, encoding, options)], rows, encoding, {});
  const measures: MeasuredMetric[] = [];
  for (const call of metrics) measures.push(await measureMetric(registry, call, scored));
  const drawn = await resampleMetrics(measures);
  const ofEach = measures.map((measure) => mustExist(drawn.get(measure), `the interval of ${measure.name}`));
  const shown = evaluationView({
    on,
    rows: rows.count,
    constants: [],
    warnings: [],
    pictures: null,
    metrics: measures.map(({ name, call }, i) => ({
      name,
      unit: registry.find("metric", call.word)?.capabilities?.unit,
      scores: [ofEach[i]?.score ?? null],
      constants: [],
    })),
    methods: intervalMethodsText(ofEach),
    notes: measures.flatMap(({ name, why }) => (why === undefined ? [] : [`${name} is no number: ${why}`])),
    models: [
      {
        name: run.name,
        labels: scored.labels,
        confusion: scored.confusion,
        worstBy: scored.mistakesBy,
        ...(scored.byLabel && { byLabel: scored.byLabel }),
        worst: scored
          .mistakes(worst)
          .map(({ row, by, ...m }) => ({ ...m, row: rows.rows[row]!, probability: by, text: rows.text(row) })),
      },
    ],
  });
  return { on, scores: Object.fromEntries(measures.map(({ name, value }) => [name, value])), shown };
}

/** Predicts for texts, in the task's form. */
export async function predictForTexts(
  { plan, labels, name, open, material: { base, tokenizer } }: PageRun,
  texts: readonly string[],
): Promise<PredictTextsResult> {
  const asker = await predictorOf({ plan, labels, base, tokenizer }, name);
  const read = await asker.read(texts);
  const options = { batchSize: plan.recipe.training.batch_size, padId: asker.padId };
  const outputs = await computeRowLogits(open.session, read.rows, asker.answers, options);
  const predictions = await read.answer(outputs);
  const { answers } = await loadImplementation(plan.recipe.model.task, "task");
  const { columns, cells } = mustExist(answers, "what the task answers");
  const rows = predictions.map((prediction) => ({ text: prediction.text, cells: cells(prediction) }));
  return { html: displayOutputHtml(predictionsView(columns, rows)), logits: outputs.map((one) => Array.from(one)) };
}

export function displayOutputHtml({ bundle }: DisplayOutput): string {
  return String(bundle["text/html"] ?? "");
}
