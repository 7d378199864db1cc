/**
 * `evaluate`: evaluates models and baselines on splits, shows scores and figures, checks thresholds, and saves scores
 * in the runs.
 */
import type { Action, ActionSubject } from "#dsl/compiler/plan/action.js";
import { CodedError, diagnosticText, type CodeData, must } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { evaluationView, type EvaluationReport } from "../../display/scores/evaluation.js";
import {
  scoreDifference,
  resampleAll,
  type ResampledScores,
  type MetricMeasure,
} from "../../inference/measuring/comparison.js";
import type { JudgeMeasureOptions } from "../../inference/measuring/judge-measure.js";
import { metricWorldIn } from "../../inference/measuring/measure-metric.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { clientsWithHeads } from "../../runs/client-heads.js";
import { overlapWithLearntRows } from "../../inference/measuring/learnt-overlap.js";
import type { DisplayOutput } from "../../display/html.js";
import { type ExecutionContext, warnerAt, type Warn } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import {
  thresholdsText,
  demandThresholdsCleared,
  checkThresholds,
  matchesCall,
  type ThresholdResult,
} from "../../evaluation/required-scores.js";
import { runAttacks, savedAttackScores, demandAttackable, type AttackResult } from "../../evaluation/attacks.js";
import { rewriteRunCard } from "../../training-runs/tell-since.js";
import type { TrainedModel } from "../../evaluation/forgetting/scores-since.js";
import { attacksView } from "../../display/scores/attacks.js";
import { evaluateBaseline } from "../../evaluation/baseline.js";
import { seedsReport, type SeedsReport } from "../../evaluation/seeds.js";
import { evaluateFolds } from "../../evaluation/folds.js";
import { bestModelOnValidation } from "../../evaluation/best-on-validation.js";
import { addRankingMeasures } from "../../evaluation/unasked-rankings.js";
import { rememberScores } from "../../evaluation/remember-scores.js";
import { verdictOnModels } from "../../evaluation/verdict.js";
import { evaluateModel, type MeasuredModel } from "../../evaluation/evaluate-once.js";
import { timeModelsOnSplit, measuresLatency } from "../../evaluation/latency.js";
import { scoresOfSlices, sliceReportsOf } from "../../evaluation/slices.js";
import { slicesView, type SlicesReport } from "../../display/scores/slices.js";
import { calibrationText } from "../../inference/fitted-calibration.js";
import { plural } from "../../host/value-text.js";
import { reportRunScored } from "../../training-runs/tracker-context.js";
import { saveEvaluation } from "../../inference/evaluations/kept-evaluations.js";
import { measureConstant, intervalOf, evaluationReportOf } from "../../evaluation/report.js";
import { foldsView } from "../../display/scores/folds.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

export async function runEvaluate(session: OpenSession, action: Evaluate, context: ExecutionContext): Promise<void> {
  const required: { readonly on: string; readonly results: readonly ThresholdResult[] }[] = [];
  const { attacks = [] } = action;
  demandAllAttackable(session, action);
  for (const subject of action.on) {
    const measured = await measureNamed(session, action, subject, context);
    const constants = await Promise.all(measured.map((one) => measureConstant(session, one, action, context)));
    const drawn = await resampleAll(
      [...measured, ...constants.filter((one) => one !== null)].flatMap(({ measures }) => measures),
      context.signal,
    );
    const sliced = await sliceReportsOf(session, measured, { subject, by: action.by ?? [] }, context);
    const seen = await Promise.all(measured.map((one) => seenBy(one, context.signal)));
    const seeds: (SeedsReport | null)[] = [];
    for (const one of measured) seeds.push(await seedsReport(session, one, subject, howOf(action, context), context));
    const learnt = measured.flatMap(({ evaluation: { model } }, i) => (seen[i]?.mostly === true ? [model] : []));
    const about = await bestModelOnValidation(session, measured, { action, subject }, howOf(action, context), context);
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
        ...savedAttackScores(attacked[i]),
      });
    }
    const warn = warnerAt(context, action.span);
    const first = must(measured[0], "a model");
    const results = checkThresholds(action.require ?? [], scoreIn(first, drawn), session.vocabulary.registry);
    required.push({ on: first.evaluation.on, results });
    const bars = (which: "cleared" | "missed") => thresholdsText(first.evaluation.model, results, which);
    const lines = [...bars("cleared"), ...notesOn(measured, verdict.withheld)];
    const report = evaluationReportOf(session, measured, constants, drawn, {
      ...action,
      verdictNotes: lines,
      missed: bars("missed"),
      verdict: verdict.text,
    });
    const pictured = measured.map(({ evaluation }, i) => attacksOf(evaluation, attacked[i] ?? []));
    saveEvaluation(session.keptEvaluations, {
      names: action.names,
      report,
      more: [
        ...measured.flatMap(({ folds, evaluation: { model, on } }) =>
          folds ? [foldsView(folds, { title: `Folds of ${model} on ${on}` })] : [],
        ),
        ...seeds.flatMap((seed) => seed?.shown ?? []),
        ...sliced.map((slice) => slicesView(slice)),
        ...pictured.flat(),
      ],
    });
    warnOfLearnt(seen, warn);
    displayEvaluation(context, report, { measured, seeds, sliced, pictured: pictured.flat() });
    for (const [i, { by, prepared, evaluation, measures, folds }] of measured.entries()) {
      const scored = {
        prepared,
        rows: evaluation.rows,
        slices: scoresOfSlices(sliced, i),
        ...savedAttackScores(attacked[i]),
      };
      if (!folds && by.is === "model" && by.handle.weights?.client === undefined) {
        const { folder: home } = context.hostContext;
        const saved = noted(
          () => rememberScores(by.handle, subject, { ...scored, home }, measures, drawn),
          action,
          context,
        );
        if (saved && scored.attacks) await rewriteRunCard(session, trainedOf(by.handle), context);
        reportRunScored(session, by.handle.weights?.folder, context);
      }
    }
  }
  demandThresholdsCleared(action.names[0] ?? "", required);
}

/** Displays scores, folds, seeds, slices and figures. Does not repeat methods that an earlier table names. */
function displayEvaluation(
  { screen }: ExecutionContext,
  report: EvaluationReport,
  parts: {
    readonly measured: readonly MeasuredModel[];
    readonly seeds: readonly (SeedsReport | null)[];
    readonly sliced: readonly SlicesReport[];
    readonly pictured: readonly DisplayOutput[];
  },
): void {
  const [scores, ...rest] = evaluationView(report);
  if (scores) screen.display(scores);
  for (const { folds, evaluation } of parts.measured)
    if (folds) screen.display(foldsView(folds, { title: `Folds of ${evaluation.model} on ${evaluation.on}` }));
  for (const seed of parts.seeds) if (seed?.shown) screen.display(seed.shown);
  const methods = new Set([report.methods]);
  for (const slice of parts.sliced) {
    screen.display(slicesView(methods.has(slice.methods) ? { ...slice, methods: "" } : slice));
    methods.add(slice.methods);
  }
  for (const shown of [...parts.pictured, ...rest]) screen.display(shown);
}

function demandAllAttackable(session: OpenSession, { on, names, attacks = [], contenders, folds }: Evaluate): void {
  for (const subject of on)
    for (const name of names)
      if (attacks.length > 0 && !contenders?.[name] && "data" in subject)
        demandAttackable(session, attacks, { name, split: subject.split, folds: folds?.[name] !== undefined });
}

/** Every named model and baseline, each followed by the variant with its own head, if any. */
async function measureNamed(
  session: OpenSession,
  action: Evaluate,
  subject: Evaluate["on"][number],
  context: ExecutionContext,
): Promise<readonly MeasuredModel[]> {
  const measured: MeasuredModel[] = [];
  const times = await timesBeside(session, subject, action, context);
  for (const name of action.names) {
    const one = { name, beside: measured[0], times: times.get(name) };
    measured.push(await measuredNamed(session, one, subject, action, context));
    const personalHead = ownHead(session, name, subject);
    if (personalHead)
      measured.push(await evaluateModel(session, personalHead, subject, howOf(action, context), context));
  }
  return measured;
}

function attacksOf({ model, on }: MeasuredModel["evaluation"], attacks: readonly AttackResult[]) {
  return attacks.length > 0 ? attacksView({ model, on, attacks }) : [];
}

function ranking({ vocabulary: { registry } }: OpenSession) {
  return ({ word }: Call): boolean => registry.find("metric", word)?.capabilities?.ranks === true;
}

/** A model, or one for each fold, or a baseline of the first of them. */
function measuredNamed(
  session: OpenSession,
  {
    name,
    beside,
    times,
  }: { readonly name: string; readonly beside: MeasuredModel | undefined; readonly times: Float64Array | undefined },
  subject: ActionSubject,
  action: Evaluate,
  context: ExecutionContext,
): Promise<MeasuredModel> {
  const { signal, hostContext } = context;
  const judging: JudgeMeasureOptions = {
    signal,
    onProgress: hostContext.onProgress,
    beside: beside ? (beside.texts?.written ?? null) : action.names.length > 1 ? "itself" : null,
  };
  const how = { ...howOf(action, context), judging };
  const contender = action.contenders?.[name];
  if (contender) {
    const warn = warnerAt(context, action.span);
    const standing = { name, contender, warn, beside: must(beside, "the model that it stands beside") };
    return evaluateBaseline(session, standing, subject, how, context);
  }
  const heldOutFolds = action.folds?.[name];
  if (heldOutFolds) return evaluateFolds(session, name, heldOutFolds, subject, how, context);
  return evaluateModel(session, session.models.get(name), subject, { ...how, times }, context);
}

/** If several models are timed, they take turns. */
async function timesBeside(
  session: OpenSession,
  subject: ActionSubject,
  action: Evaluate,
  context: ExecutionContext,
): Promise<ReadonlyMap<string, Float64Array>> {
  const names = action.names.filter((name) => !action.contenders?.[name] && !action.folds?.[name]);
  if (names.length < 2 || !("data" in subject) || !measuresLatency(session, action)) return new Map();
  const handles = names.map((name) => session.models.get(name));
  return timeModelsOnSplit(session, handles, subject, action, context);
}

const howOf = (action: Evaluate, { hostContext }: ExecutionContext) => ({
  ...action,
  groups: true,
  world: metricWorldIn(hostContext.folder),
});

/** On data of a client with a personal head: the model with that head. Null if there is none. */
function ownHead(session: OpenSession, name: string, subject: ActionSubject): ModelHandle | null {
  if (!("data" in subject)) return null;
  const handle = session.models.trained()[name] === undefined ? null : session.models.get(name);
  const run = handle?.weights?.folder;
  return handle && run !== undefined && clientsWithHeads(run).includes(subject.data.name)
    ? handle.client(subject.data.name)
    : null;
}

/** Note on a model whose head is the mean of heads that stayed with clients. */
function meanNote({ by, evaluation: { model } }: MeasuredModel): readonly string[] {
  const weights = by.is === "model" ? by.handle.weights : null;
  if (!weights || weights.client !== undefined || clientsWithHeads(weights.folder).length === 0) return [];
  return [`${model} has the mean of its clients' heads; each client's own stands in the run, \`${model}.client("…")\``];
}

/** Differences in each metric that both have. */
function differencesOf(first: readonly MetricMeasure[], others: readonly MetricMeasure[], drawn: ResampledScores) {
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
    const measure = must(measures.find(matchesCall(metric)), `what ${metric.word} is`);
    return { score: intervalOf(drawn, measure).score, why: measure.why };
  };
/** Notes calibrations fitted to validation rows that affect the model's predictions. */
function fittedNote({ by, prepared, split, evaluation: { model } }: MeasuredModel): readonly string[] {
  const fitted = by.is === "model" ? by.handle.fitted : null;
  if (!fitted) return [];
  const note = `${model}: ${calibrationText(fitted)}, fitted to ${plural(fitted.rows, "row")} of ${fitted.data}.${fitted.split}`;
  const isSameRows = fitted.split === split && fitted.dataHash === prepared.facts.hash;
  return [isSameRows ? `${note}: these are the rows that it was fitted to, and others say more` : note];
}

interface SeenBy {
  readonly warning?: CodeData["scored-learnt-rows"];
  readonly mostly?: boolean;
}

/** A warning about rows that the model was trained on. */
async function seenBy(
  { by, prepared, split, evaluation, folds }: MeasuredModel,
  signal?: AbortSignal,
): Promise<SeenBy> {
  if (by.is === "contender") return { mostly: by.learns && split === "train" };
  const { handle, learnt } = by;
  if (folds) return {};
  const seen = await overlapWithLearntRows({ prepared, split }, { weights: handle.weights, learnt }, signal);
  if (!seen) return {};
  return { warning: { ...seen, model: handle.name, on: evaluation.on }, mostly: 2 * seen.seen >= seen.of };
}
/** The warning comes before the scores, because it puts them in doubt. */
function warnOfLearnt(seen: readonly SeenBy[], warn: Warn): void {
  for (const { warning } of seen) if (warning) warn("scored-learnt-rows", warning);
}
/** Leaves out notes on folds if the verdict already states why there is none. */
function notesOn(measured: readonly MeasuredModel[], withheld: boolean): readonly string[] {
  return [
    ...(withheld ? [] : measured.flatMap(foldsNote)),
    ...measured.flatMap(fittedNote),
    ...measured.flatMap(meanNote),
  ];
}
function foldsNote({ by, folds }: MeasuredModel): readonly string[] {
  return folds && by.is === "model" ? [`${by.handle.name}: each row is scored by the model that did not see it`] : [];
}

/** If a run can't be written (it belongs to another user), warns that its scores were not saved, and continues. */
function noted(remembers: () => void, action: Evaluate, context: ExecutionContext): boolean {
  try {
    remembers();
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const why = diagnosticText(error).message;
    warnerAt(context, action.span)("scores-not-kept", { why });
    return false;
  }
}

function trainedOf(handle: ModelHandle): TrainedModel {
  return Object.assign(handle, { weights: must(handle.weights, "weights") });
}
