/** `evaluate`: metrics of models on splits, side by side, with intervals; what each label comes to; the worst examples. */
import type { Action, Subject } from "#dsl/plan/plan.js";
import { CodedError, wordsOf, type CodeData } from "#dsl/diagnostics/codes.js";
import type { Word } from "#dsl/types/registry.js";
import type { Call } from "#dsl/types/value.js";
import { must } from "#dsl/diagnostics/must.js";
import { evaluationShown, type EvaluationReport } from "../../core/display/scores/evaluation.js";
import { difference, drawAll, methodsOf, type Compared, type Measure } from "../../inference/comparison.js";
import { constantOf, type ScoredConstant } from "../../inference/constant.js";
import type { Judging } from "../../inference/judging/measure.js";
import { measureOf, worldIn } from "../../inference/measured.js";
import { distinctConstants } from "../../inference/distinct-constants.js";
import "../../core/session/load-codes.js";
import type { ModelHandle } from "../models/model-handle.js";
import { RunFolder } from "../../artifacts/run-folder.js";
import { appendScore, type SliceScores } from "../../history/run-scores.js";
import { learntAmong } from "../../inference/seen.js";
import type { Prepared } from "../../core/data/prepared.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { warningsOn } from "../warnings.js";
import { barsTold, demandCleared, heldTo, sameCall, type Held } from "./evaluate-required.js";
import { evaluateContender } from "./evaluate-contender.js";
import { seedsTold } from "./evaluate-seeds.js";
import { evaluateFolds } from "./evaluate-folds.js";
import { costsOf, verdictIn } from "./evaluate-verdict.js";
import { evaluateOnce, type Measured } from "./evaluate-once.js";
import { scoresOfSlices, slicedOf } from "./evaluate-slices.js";
import { slicesShown } from "../../core/display/scores/slices.js";
import { toldFitted } from "../../inference/fitted.js";
import { plural } from "../../core/display/text.js";
import { foldsShown } from "../../core/display/scores/folds.js";
import { doubtsOf } from "../../inference/doubts.js";
import { picturedIn, uncertainRows } from "./evaluate-pictures.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

export async function runEvaluate(session: TuneSession, action: Evaluate, stage: Stage): Promise<void> {
  const required: { readonly on: string; readonly held: readonly Held[] }[] = [];
  for (const subject of action.on) {
    const measured: Measured[] = [];
    for (const name of action.names)
      measured.push(await measuredNamed(session, { name, beside: measured[0] }, subject, action, stage));
    const constants = await Promise.all(measured.map((one) => constantFor(session, one, action, stage)));
    const drawn = await drawAll(
      [...measured, ...constants.filter((one) => one !== null)].flatMap(({ measures }) => measures),
      stage.signal,
    );
    const sliced = await slicedOf(session, measured, { subject, by: action.by ?? [] }, stage);
    for (const [i, { evaluation, measures, cost }] of measured.entries()) {
      const intervals = Object.fromEntries(
        measures.map((measure) => [measure.name, drawnOf(drawn, measure).score.interval]),
      );
      const slices = scoresOfSlices(sliced, i);
      const verdict = i === 0 ? verdictIn(measured, drawn) : null;
      session.evaluations.push({
        ...{ ...evaluation, intervals, cost },
        ...(verdict !== null && { verdict }),
        ...(slices.length > 0 && { slices }),
      });
    }
    const seen = await Promise.all(measured.map((one) => seenBy(one, subject, stage.signal)));
    const warn = warningsOn(stage, action.span);
    const first = must(measured[0], "a model");
    const held = heldTo(action.require ?? [], scoreIn(first, drawn), session.vocabulary.registry);
    required.push({ on: first.evaluation.on, held });
    const bars = (which: "cleared" | "missed") => barsTold(first.evaluation.model, held, which);
    const told = [...bars("cleared"), ...seen.flatMap(({ note }) => note ?? []), ...measured.flatMap(fittedNote)];
    const [scores, ...rest] = evaluationShown(
      reportOf(measured, constants, drawn, { ...action, told, missed: bars("missed") }),
    );
    if (scores) stage.screen.display(scores);
    for (const { warning } of seen) if (warning) warn("scored-learnt-rows", warning);
    for (const { folds, evaluation } of measured)
      if (folds) stage.screen.display(foldsShown(folds, { title: `Folds of ${evaluation.model} on ${evaluation.on}` }));
    for (const one of measured) {
      const how = { ...action, groups: true, world: worldIn(stage.hostContext.folder) };
      const seeds = await seedsTold(session, one, subject, how, stage);
      if (seeds) stage.screen.display(seeds);
    }
    for (const report of sliced) stage.screen.display(slicesShown(report));
    for (const shown of rest) stage.screen.display(shown);
    for (const [i, { by, prepared, evaluation, measures, folds }] of measured.entries()) {
      const of = { prepared, rows: evaluation.rows, slices: scoresOfSlices(sliced, i) };
      if (!folds && by.is === "model") noted(() => remember(by.handle, subject, of, measures, drawn), action, stage);
    }
  }
  demandCleared(action.names[0] ?? "", required);
}

/** A model, or one for each fold, or what stands beside the first of them. */
function measuredNamed(
  session: TuneSession,
  { name, beside }: { readonly name: string; readonly beside: Measured | undefined },
  subject: Subject,
  action: Evaluate,
  stage: Stage,
): Promise<Measured> {
  const { signal, hostContext } = stage;
  const judging: Judging = {
    ...{ signal, onProgress: hostContext.onProgress },
    beside: beside ? (beside.texts?.written ?? null) : action.names.length > 1 ? "itself" : null,
  };
  const how = { ...action, groups: true, world: worldIn(hostContext.folder), judging };
  const contender = action.contenders?.[name];
  if (contender) {
    const warn = warningsOn(stage, action.span);
    const standing = { name, contender, warn, beside: must(beside, "the model that it stands beside") };
    return evaluateContender(session, standing, subject, how, stage);
  }
  const held = action.folds?.[name];
  if (held) return evaluateFolds(session, name, held, subject, how, stage);
  return evaluateOnce(session, session.models.get(name), subject, how, stage);
}

/** `by`: the answer, where it is not the constant's own. */
type ConstantMeasure = Measure & { readonly by?: string | undefined };
interface MeasuredConstant extends ScoredConstant {
  readonly measures: readonly ConstantMeasure[];
}
async function constantFor(
  session: TuneSession,
  one: Measured,
  { metrics }: Evaluate,
  stage: Stage,
): Promise<MeasuredConstant | null> {
  const { registry } = session.vocabulary;
  const { rows, encoding, by, prepared, split } = one;
  if (by.is === "contender") return null;
  const model = { weights: by.handle.weights, learnt: by.learnt };
  const constant = await constantOf(session, model, { rows, encoding, scored: { prepared, split } }, stage);
  if (!constant) return null;
  const all = await Promise.all(
    metrics.map(async (call): Promise<ConstantMeasure> => {
      const told = registry.find("metric", call.word)?.capabilities?.constant;
      const best = typeof told === "function" ? told(call) : told;
      const other = constant.others.find(({ by }) => by === best);
      const measure = await measureOf(session.vocabulary.registry, call, (other ?? constant).scored);
      return other ? { ...measure, by: other.name } : measure;
    }),
  );
  const measures = all.filter(
    ({ call, value }) => !Number.isNaN(value) && tells(registry.find("metric", call.word)?.capabilities, constant),
  );
  if (measures.length === 0) return null;
  // One that all metrics have in common needs no other beside it.
  const [first] = measures;
  if (first?.by === undefined || measures.some(({ by }) => by !== first.by)) return { ...constant, measures };
  return { ...constant, name: first.by, measures: measures.map((measure) => ({ ...measure, by: undefined })) };
}

/** Whether an answer that never changes says something of what a model is worth by that metric. */
function tells(metric: Word<"metric">["capabilities"], { likelihood }: ScoredConstant): boolean {
  return metric?.beatsConstant !== false && (likelihood || !metric?.ofLoss);
}

const scoreIn =
  ({ measures }: Measured, drawn: Compared) =>
  (metric: Call) => {
    const measure = must(measures.find(sameCall(metric)), `what ${metric.word} is`);
    return { score: drawnOf(drawn, measure).score, why: measure.why };
  };
const drawnOf = (drawn: Compared, measure: Measure) => must(drawn.get(measure), `the interval of ${measure.name}`);

const NOTHING = { labels: [], confusion: [], worst: [], worstBy: "probability", uncertain: [] } as const;

function reportOf(
  measured: readonly Measured[],
  constants: readonly (MeasuredConstant | null)[],
  drawn: Compared,
  {
    worst,
    uncertain,
    told,
    missed,
  }: Evaluate & { readonly told: readonly string[]; readonly missed: readonly string[] },
): EvaluationReport {
  const first = measured[0]!;
  const of = (measures: readonly Measure[] | undefined, name: string) => {
    const own = measures?.find((measure) => measure.name === name);
    return own && drawn.get(own);
  };
  const names = first.measures.map(({ name }) => name);
  const contenders = measured.filter(({ by }) => by.is === "contender");
  const distinct = distinctConstants(
    constants.flatMap((own, i) => {
      if (!own) return [];
      const { name, learnt, measures } = own;
      const scores = names.map((metric) => ({
        value: of(measures, metric)?.score.value ?? null,
        by: measures.find((one) => one.name === metric)?.by ?? null,
      }));
      return [{ model: measured[i]!.evaluation.model, name, learnt, scores }];
    }),
    // One that stands beside the models as a contender needs no column of its own.
  ).filter(
    ({ scores }) =>
      !contenders.some((one) =>
        names.every((name, m) => [null, of(one.measures, name)?.score.value].includes(scores[m]!.value)),
      ),
  );
  return {
    on: first.evaluation.on,
    rows: first.evaluation.rows,
    metrics: names.map((name, row) => {
      const base = of(first.measures, name);
      return {
        name,
        scores: measured.map(({ measures }, i) => {
          const own = of(measures, name);
          return own ? { ...own.score, ...(i > 0 && base && { difference: difference(base, own) }) } : null;
        }),
        constants: distinct.map(({ scores }) => scores[row]!.value),
        constantsBy: distinct.map(({ scores }) => scores[row]!.by),
      };
    }),
    constants: distinct.map(({ name, by }) => ({ name, by })),
    verdict: verdictIn(measured, drawn),
    costs: costsOf(measured),
    methods: methodsOf(measured.flatMap(({ measures }) => measures.map((measure) => drawnOf(drawn, measure)))),
    warnings: [
      ...missed,
      ...measured.flatMap(({ by: whose, evaluation: { model }, scored, measures }, i) => {
        if (whose.is === "contender") return [];
        const constant = constants[i];
        const beside = measures.flatMap((measure) => {
          const than = of(constant?.measures, measure.name);
          const by = constant?.measures.find(({ name }) => name === measure.name)?.by;
          return than
            ? [
                {
                  name: measure.name,
                  own: drawnOf(drawn, measure).score.value,
                  than: than.score.value,
                  ...(by !== undefined && { by }),
                  difference: difference(than, drawnOf(drawn, measure)),
                },
              ]
            : [];
        });
        return doubtsOf(model, scored, constant ? { name: constant.name, beside } : null, whose.handle.plan.task);
      }),
    ],
    pictures: picturedIn(measured),
    models: measured.map(({ by: whose, evaluation: { model, labels, confusion }, scored, rows }) => ({
      name: model,
      // Of what stands beside models the scores are enough.
      ...(whose.is === "contender"
        ? NOTHING
        : {
            ...{ labels, confusion },
            ...(scored.byLabel && { byLabel: scored.byLabel }),
            worst: scored
              .mistakes(worst)
              .map(({ row, by, ...m }) => ({ ...m, row: rows.rows[row]!, probability: by, text: rows.text(row) })),
            worstBy: scored.mistakesBy,
            uncertain: uncertainRows({ scored, rows }, uncertain),
          }),
    })),
    notes: [...told, ...notesOf(measured)],
  };
}

/** What is said beneath the scores of each, by its name where there are several; what is said of all is said once. */
function notesOf(measured: readonly Measured[]): readonly string[] {
  const all = measured.map(({ by, scored, measures }) => [
    ...(by.is === "contender" ? by.notes : []),
    ...measures.flatMap(({ name, why, notes = [] }) => [
      ...(why === undefined ? [] : [`${name} is no number: ${why}`]),
      ...notes.map((note) => `${name}: ${note}`),
    ]),
    ...(scored.notes ?? []),
  ]);
  const shared = (all[0] ?? []).filter((note) => all.every((own) => own.includes(note)));
  return [
    ...shared,
    ...all.flatMap((own, i) =>
      own.filter((note) => !shared.includes(note)).map((note) => `${measured[i]?.evaluation.model ?? ""}: ${note}`),
    ),
  ];
}

/** By what a model answers that was fitted to rows of validation. */
function fittedNote({ by, prepared, split, evaluation: { model } }: Measured): readonly string[] {
  const fitted = by.is === "model" ? by.handle.fitted : null;
  if (!fitted) return [];
  const told = `${model}: ${toldFitted(fitted)}, fitted to ${plural(fitted.rows, "row")} of ${fitted.data}.${fitted.split}`;
  const own = fitted.split === split && fitted.dataHash === prepared.facts.hash;
  return [own ? `${told}: these are the rows that it was fitted to, and others say more` : told];
}

/** Rows that the model learnt from: a warning, or where the training split itself was asked for a note. */
async function seenBy(
  { by, prepared, split, evaluation, folds }: Measured,
  subject: Subject,
  signal?: AbortSignal,
): Promise<{ readonly warning?: CodeData["scored-learnt-rows"]; readonly note?: string }> {
  if (by.is === "contender") return {};
  const { handle, learnt } = by;
  if (folds) return { note: `${handle.name}: each row is scored by the model that did not see it` };
  const seen = await learntAmong({ prepared, split }, { weights: handle.weights, learnt }, signal);
  if (!seen) return {};
  const own = "data" in subject && subject.split === "train" && seen.own && seen.seen === seen.of;
  if (own) return { note: `${handle.name} learnt from these rows: how it does on others they don't say` };
  return { warning: { ...seen, model: handle.name, on: evaluation.on } };
}

/** A run that can't be written, somebody else's, is no reason to say nothing: a warning tells that its scores weren't kept. */
function noted(remembers: () => void, action: Evaluate, stage: Stage): void {
  try {
    remembers();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const why = wordsOf(error.code as "run-folder", error.data as never).message;
    warningsOn(stage, action.span)("scores-not-kept", { why });
  }
}

/** Keeps scores with the run that made the weights; a model that was never trained has none. */
function remember(
  { weights }: ModelHandle,
  subject: Subject,
  of: { readonly prepared: Prepared; readonly rows: number; readonly slices: readonly SliceScores[] },
  measures: readonly Measure[],
  drawn: Compared,
): void {
  if (!weights || !("data" in subject)) return;
  const metrics = measures.map((measure) => {
    const { value, interval } = drawnOf(drawn, measure).score;
    return [
      measure.name,
      {
        value,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        better: measure.greaterIsBetter ? "greater" : "less",
        ...(measure.why !== undefined && { why: measure.why }),
      },
    ] as const;
  });
  appendScore(RunFolder.open(weights.folder), {
    at: new Date().toISOString(),
    step: weights.checkpoint.position.step,
    data: subject.data.name,
    split: subject.split,
    dataHash: of.prepared.facts.hash,
    rows: of.rows,
    metrics: Object.fromEntries(metrics),
    ...(of.slices.length > 0 && { slices: of.slices }),
  });
}
