/**
 * `evaluate`: evaluates models and baselines on splits, shows scores and figures, checks thresholds, and saves scores
 * in the runs.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import {
  scoreDifference,
  resampleMetrics,
  type ResampledScores,
  type MeasuredMetric,
} from "../../inference/measuring/comparison.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import {
  thresholdsText,
  demandThresholdsCleared,
  checkThresholds,
  metricMatcherOfCall,
  type ThresholdResult,
} from "../../evaluation/required-scores.js";
import { runAttacks, attackScoresToSave, type AttackResult } from "../../evaluation/attacks.js";
import { seedsReport, type SeedsReport } from "../../evaluation/seeds.js";
import { bestModelOnValidation } from "../../evaluation/best-on-validation.js";
import { addRankingMeasures } from "../../evaluation/verdict-rankings.js";
import { verdictOnModels } from "../../evaluation/verdict.js";
import type { MeasuredModel } from "../../evaluation/evaluate-once.js";
import { scoresOfSlices, sliceReportsOf } from "../../evaluation/slices.js";
import { measureConstant, intervalOf, evaluationReportOf, modelNotesOf } from "../../evaluation/report.js";
import {
  demandAllAttackable,
  measureNamedModels,
  measurementSettingsOf,
  trainingOverlapOf,
  warnOfTrainingOverlap,
} from "./measured-models.js";
import { saveScoresInRuns, showEvaluation } from "./results.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

export async function runEvaluate(session: OpenSession, action: Evaluate, context: ExecutionContext): Promise<void> {
  const required: { readonly on: string; readonly results: readonly ThresholdResult[] }[] = [];
  const { attacks = [] } = action;
  demandAllAttackable(session, action);
  for (const subject of action.on) {
    const measured = await measureNamedModels(session, action, subject, context);
    const constants = await Promise.all(measured.map((one) => measureConstant(session, one, action, context)));
    const drawn = await resampleMetrics(
      [...measured, ...constants.filter((one) => one !== null)].flatMap(({ measures }) => measures),
      context.signal,
    );
    const sliced = await sliceReportsOf(session, measured, { subject, by: action.by ?? [] }, context);
    const overlaps = await Promise.all(measured.map((one) => trainingOverlapOf(one, context.signal)));
    const seeds: (SeedsReport | null)[] = [];
    for (const one of measured)
      seeds.push(await seedsReport(session, one, subject, measurementSettingsOf(action, context), context));
    const learnt = measured.flatMap(({ evaluation: { model } }, i) => (overlaps[i]?.mostly === true ? [model] : []));
    const about = await bestModelOnValidation(
      session,
      measured,
      { action, subject },
      measurementSettingsOf(action, context),
      context,
    );
    const { registry } = session.vocabulary;
    const ranks = ranking(session);
    const beside = await addRankingMeasures(registry, measured, drawn, {
      about: about.index,
      ranks,
      signal: context.signal,
    });
    const verdict = verdictOnModels(beside.measured, beside.drawn, {
      learnt,
      about,
      seeds: seeds[about.index] ?? null,
      constant: constants[about.index] ?? null,
      ranks,
    });
    const attacked: (readonly AttackResult[])[] = [];
    for (const one of measured)
      attacked.push(
        await runAttacks(session, one, { attacks, batchSize: action.batch_size, span: action.span }, context),
      );
    for (const [i, { evaluation, measures, cost }] of measured.entries()) {
      const intervals = Object.fromEntries(
        measures.map((measure) => [measure.name, intervalOf(drawn, measure).score.interval]),
      );
      const slices = scoresOfSlices(sliced, i);
      session.evaluations.push({
        ...evaluation,
        intervals,
        cost,
        ...(i > 0 && { differences: differencesOf(measured[0]?.measures ?? [], measures, drawn) }),
        ...(i === about.index && verdict.text !== null && !verdict.withheld && { verdict: verdict.text }),
        ...(slices.length > 0 && { slices }),
        ...attackScoresToSave(attacked[i]),
      });
    }
    const first = mustExist(measured[0], "a model");
    const results = checkThresholds(action.require ?? [], scoreIn(first, drawn), session.vocabulary.registry);
    required.push({ on: first.evaluation.on, results });
    const bars = (which: "cleared" | "missed") => thresholdsText(first.evaluation.model, results, which);
    const lines = [...bars("cleared"), ...modelNotesOf(measured, verdict.withheld)];
    const report = evaluationReportOf(session, measured, constants, drawn, {
      ...action,
      verdictNotes: lines,
      missed: bars("missed"),
      verdict: verdict.text,
    });
    const all = { report, measured, seeds, sliced, attacked, drawn };
    warnOfTrainingOverlap(overlaps, warnerAt(context, action.span));
    showEvaluation(session, action.names, all, context);
    await saveScoresInRuns(session, all, { subject, span: action.span }, context);
  }
  demandThresholdsCleared(action.names[0] ?? "", required);
}

function ranking({ vocabulary: { registry } }: OpenSession) {
  return ({ word }: Call): boolean => registry.find("metric", word)?.capabilities?.ranks === true;
}

/** Differences in each metric that both have. */
function differencesOf(first: readonly MeasuredMetric[], others: readonly MeasuredMetric[], drawn: ResampledScores) {
  const both = others.flatMap((measure) => {
    const reference = first.find(({ name }) => name === measure.name);
    return reference
      ? [[measure.name, scoreDifference(intervalOf(drawn, reference), intervalOf(drawn, measure))] as const]
      : [];
  });
  return Object.fromEntries(both);
}

const scoreIn =
  ({ measures }: MeasuredModel, drawn: ResampledScores) =>
  (metric: Call) => {
    const measure = mustExist(measures.find(metricMatcherOfCall(metric)), `what ${metric.word} is`);
    return { score: intervalOf(drawn, measure).score, why: measure.why };
  };
