/**
 * The report of an evaluation: scores of models and baselines, constant predictions and costs; per model, its errors.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { EvaluationReport } from "../display/scores/evaluation.js";
import {
  scoreDifference,
  intervalMethodsText,
  type ResampledScores,
  type ResampledScore,
  type MeasuredMetric,
} from "../inference/measuring/comparison.js";
import { scoreConstantBaseline, type ScoredConstantBaseline } from "../inference/measuring/constant.js";
import {
  groupEqualConstantBaselines,
  type DistinctConstantBaseline,
} from "../inference/measuring/distinct-constants.js";
import { scoreDoubtNotes } from "../inference/measuring/doubtful-scores.js";
import { measureMetric } from "../inference/measuring/measure-metric.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { MeasuredModel } from "./evaluate-once.js";
import { evaluationPicturesOf, uncertainRows } from "./pictures.js";
import type { CostRow } from "../display/scores/score-tables.js";
import { byteSizeText, groupedNumber, durationText, plural } from "../host/value-text.js";
import { calibrationText } from "../inference/fitted-calibration.js";
import { clientsWithHeads } from "../runs/client-heads.js";
import type { EvaluationCost } from "../inference/evaluations/evaluation.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

/** `by`: the constant prediction, if the metric has a different one. */
type ConstantMeasure = MeasuredMetric & { readonly by?: string | undefined };
export interface MeasuredConstant extends ScoredConstantBaseline {
  readonly measures: readonly ConstantMeasure[];
}
export async function measureConstant(
  session: OpenSession,
  one: MeasuredModel,
  { metrics }: Evaluate,
  context: ExecutionContext,
): Promise<MeasuredConstant | null> {
  const { registry } = session.vocabulary;
  const { rows, encoding, by, prepared, split } = one;
  if (by.is === "contender") return null;
  const model = { weights: by.handle.weights, learnt: by.learnt };
  const constant = await scoreConstantBaseline(model, {
    rows,
    encoding,
    scored: { prepared, split },
    findPrepared: (data) => session.datasets.cached(data, context.hostContext),
  });
  if (!constant) return null;
  const all = await Promise.all(
    metrics.map(async (call): Promise<ConstantMeasure> => {
      const told = registry.find("metric", call.word)?.capabilities?.constant;
      const best = typeof told === "function" ? told(call) : told;
      const other = constant.others.find(({ by }) => by === best);
      const measure = await measureMetric(session.vocabulary.registry, call, (other ?? constant).scored);
      return other ? { ...measure, by: other.name } : measure;
    }),
  );
  const measures = all.filter(
    ({ call, value }) => !Number.isNaN(value) && tells(registry.find("metric", call.word)?.capabilities, constant),
  );
  if (measures.length === 0) return null;
  // If all metrics share one constant, it becomes the name.
  const [first] = measures;
  if (first?.by === undefined || measures.some(({ by }) => by !== first.by)) return { ...constant, measures };
  return { ...constant, name: first.by, measures: measures.map((measure) => ({ ...measure, by: undefined })) };
}

/** Whether comparison with a constant prediction is informative for that metric. */
function tells(metric: Word<"metric">["capabilities"], { likelihood }: ScoredConstantBaseline): boolean {
  return metric?.beatsConstant !== false && metric?.better !== "none" && (likelihood || !metric?.ofLoss);
}

export function intervalOf(drawn: ResampledScores, measure: MeasuredMetric): ResampledScore {
  return mustExist(drawn.get(measure), `the interval of ${measure.name}`);
}

const NOTHING = { labels: [], confusion: [], worst: [], worstBy: "probability", uncertain: [] } as const;

/** Finds the score of a metric by its name. */
function namedIn(drawn: ResampledScores) {
  return (measures: readonly MeasuredMetric[] | undefined, name: string): ResampledScore | undefined => {
    const found = measures?.find((measure) => measure.name === name);
    return found && drawn.get(found);
  };
}

/** Constant predictions, without duplicates. */
function constantsBeside(
  measured: readonly MeasuredModel[],
  constants: readonly (MeasuredConstant | null)[],
  drawn: ResampledScores,
): readonly DistinctConstantBaseline[] {
  const intervalFor = namedIn(drawn);
  const names = measured[0]?.measures.map(({ name }) => name) ?? [];
  const contenders = measured.filter(({ by }) => by.is === "contender");
  return groupEqualConstantBaselines(
    constants.flatMap((constant, i) => {
      if (!constant) return [];
      const { name, learnt, measures } = constant;
      const scores = names.map((metric) => ({
        value: intervalFor(measures, metric)?.score.value ?? null,
        by: measures.find((one) => one.name === metric)?.by ?? null,
      }));
      return [{ model: measured[i]!.evaluation.model, name, learnt, scores }];
    }),
    // A constant that is also listed as a baseline needs no column.
  ).filter(
    ({ scores }) =>
      !contenders.some((one) =>
        names.every((name, m) => [null, intervalFor(one.measures, name)?.score.value].includes(scores[m]!.value)),
      ),
  );
}

export function evaluationReportOf(
  session: Pick<OpenSession, "vocabulary">,
  measured: readonly MeasuredModel[],
  constants: readonly (MeasuredConstant | null)[],
  drawn: ResampledScores,
  {
    worst,
    uncertain,
    verdictNotes,
    missed,
    verdict,
  }: Evaluate & {
    readonly verdictNotes: readonly string[];
    readonly missed: readonly string[];
    readonly verdict: string | null;
  },
): EvaluationReport {
  const first = measured[0]!;
  const measureIn = namedIn(drawn);
  const names = first.measures.map(({ name }) => name);
  const distinct = constantsBeside(measured, constants, drawn);
  return {
    on: first.evaluation.on,
    rows: first.evaluation.rows,
    metrics: names.map((name, row) => {
      const base = measureIn(first.measures, name);
      const unit = session.vocabulary.registry.find("metric", first.measures[row]!.call.word)?.capabilities?.unit;
      return {
        name,
        unit,
        scores: measured.map(({ measures }, i) => {
          const own = measureIn(measures, name);
          return own ? { ...own.score, ...(i > 0 && base && { difference: scoreDifference(base, own) }) } : null;
        }),
        constants: distinct.map(({ scores }) => scores[row]!.value),
        constantsBy: distinct.map(({ scores }) => scores[row]!.by),
      };
    }),
    constants: distinct.map(({ name, by }) => ({ name, by })),
    verdict,
    costs: costsOf(measured),
    methods: intervalMethodsText(
      measured.flatMap(({ measures }) => measures.map((measure) => intervalOf(drawn, measure))),
    ),
    warnings: [
      ...missed,
      ...measured.flatMap(({ by: whose, evaluation: { model }, scored, measures }, i) => {
        if (whose.is === "contender") return [];
        const constant = constants[i];
        const beside = measures.flatMap((measure) => {
          const than = measureIn(constant?.measures, measure.name);
          const by = constant?.measures.find(({ name }) => name === measure.name)?.by;
          return than
            ? [
                {
                  name: measure.name,
                  modelScore: intervalOf(drawn, measure).score.value,
                  than: than.score.value,
                  ...(by !== undefined && { by }),
                  difference: scoreDifference(than, intervalOf(drawn, measure)),
                },
              ]
            : [];
        });
        return scoreDoubtNotes(
          model,
          scored,
          constant ? { name: constant.name, beside } : null,
          whose.handle.plan.task,
        );
      }),
    ],
    pictures: evaluationPicturesOf(measured),
    models: measured.map(({ by: whose, evaluation: { model, labels, confusion }, scored, rows }) => ({
      name: model,
      // For baselines the scores are enough.
      ...(whose.is === "contender"
        ? NOTHING
        : {
            labels,
            confusion,
            ...(scored.byLabel && { byLabel: scored.byLabel }),
            worst: scored
              .mistakes(worst)
              .map(({ row, by, ...m }) => ({ ...m, row: rows.rows[row]!, probability: by, text: rows.text(row) })),
            worstBy: scored.mistakesBy,
            uncertain: uncertainRows({ scored, rows }, uncertain),
          }),
    })),
    notes: [...verdictNotes, ...notesOf(measured)],
  };
}

/** Leaves out notes on folds if the verdict already states why there is none. */
export function modelNotesOf(measured: readonly MeasuredModel[], withheld: boolean): readonly string[] {
  return [
    ...(withheld ? [] : measured.flatMap(foldsNote)),
    ...measured.flatMap(fittedNote),
    ...measured.flatMap(meanNote),
  ];
}
function foldsNote({ by, folds }: MeasuredModel): readonly string[] {
  return folds && by.is === "model" ? [`${by.handle.name}: each row is scored by the model that did not see it`] : [];
}

/** Notes calibrations fitted to validation rows that affect the model's predictions. */
function fittedNote({ by, prepared, split, evaluation: { model } }: MeasuredModel): readonly string[] {
  const fitted = by.is === "model" ? by.handle.fitted : null;
  if (!fitted) return [];
  const note = `${model}: ${calibrationText(fitted)}, fitted to ${plural(fitted.rows, "row")} of ${fitted.data}.${fitted.split}`;
  const isSameRows = fitted.split === split && fitted.dataHash === prepared.facts.hash;
  return [isSameRows ? `${note}: these are the rows that it was fitted to; others say more` : note];
}

/** Note on a model whose head is the mean of heads that stayed with clients. */
function meanNote({ by, evaluation: { model } }: MeasuredModel): readonly string[] {
  const weights = by.is === "model" ? by.handle.weights : null;
  if (!weights || weights.client !== undefined || clientsWithHeads(weights.folder).length === 0) return [];
  return [`${model} has the mean of its clients' heads; each client's head is in the run, \`${model}.client("…")\``];
}

/** Notes below the scores, prefixed by the model's name if there are several; a note common to all appears once. */
function notesOf(measured: readonly MeasuredModel[]): readonly string[] {
  const all = measured.map(({ by, scored, measures }) => [
    ...(by.is === "contender" ? by.notes : []),
    ...measures.flatMap(({ name, why, notes = [] }) => [
      ...(why === undefined ? [] : [`${name} is no number: ${why}`]),
      ...notes.map((note) => `${name}: ${note}`),
    ]),
    ...(scored.notes ?? []),
  ]);
  const shared = (all[0] ?? []).filter((note) => all.every((modelNotes) => modelNotes.includes(note)));
  return [
    ...shared,
    ...all.flatMap((modelNotes, i) =>
      modelNotes
        .filter((note) => !shared.includes(note))
        .map((note) => `${measured[i]?.evaluation.model ?? ""}: ${note}`),
    ),
  ];
}

/** Empty if only models are evaluated: times would change the cell's output at every run. */
function costsOf(measured: readonly MeasuredModel[]): readonly CostRow[] {
  if (measured.every(({ by }) => by.is === "model")) return [];
  const row = (name: string, cellText: (cost: EvaluationCost, rows: number) => string | null): CostRow => ({
    name,
    cells: measured.map(({ cost, evaluation }) => cellText(cost, evaluation.rows)),
  });
  return [
    row("training", ({ training }) => (training === null ? null : durationText(training))),
    row("ms per prediction", ({ asking }, rows) => milliseconds((1000 * asking) / rows)),
    row("tokens per answer", ({ tokens }, rows) => (tokens === null ? null : groupedNumber(tokens / rows))),
    row("weights", (cost) => (cost.bytes === null ? null : byteSizeText(cost.bytes))),
  ].filter(({ cells }) => cells.some((cell) => cell !== null));
}

function milliseconds(value: number): string {
  return value < 0.001 ? "< 0.001" : String(Number(value.toPrecision(2)));
}
