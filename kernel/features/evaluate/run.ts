/** `evaluate`: models on splits, and what stands beside them: asked, scored, drawn, shown, held to bars, kept with their runs. */
import type { Action, Subject } from "#dsl/compiler/plan/action.js";
import { CodedError, wordsFor, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { evaluationShown } from "../../display/scores/evaluation.js";
import { difference, drawAll, type Compared, type Measure } from "../../inference/measuring/comparison.js";
import type { Judging } from "../../inference/measuring/judge-measure.js";
import { worldIn } from "../../inference/measuring/measure-metric.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { clientsWithHeads } from "../../runs/client-heads.js";
import { learntAmong } from "../../inference/measuring/learnt-overlap.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { warningsOn, type Warn } from "../../session/warnings.js";
import { barsTold, demandCleared, heldTo, sameCall, type Held } from "../../evaluation/required-scores.js";
import { attackedBy, attacksKept, demandAttackable, type Attacked } from "../../evaluation/attacks.js";
import { describeAgain } from "../../training-runs/tell-since.js";
import type { Trained } from "../../evaluation/forgetting/scores-since.js";
import { attacksShown } from "../../display/scores/attacks.js";
import { evaluateContender } from "../../evaluation/baseline.js";
import { seedsTold, type SeedsTold } from "../../evaluation/seeds.js";
import { evaluateFolds } from "../../evaluation/folds.js";
import { verdictAbout } from "../../evaluation/best-on-validation.js";
import { withRankings } from "../../evaluation/unasked-rankings.js";
import { rememberScores } from "../../evaluation/remember-scores.js";
import { verdictIn } from "../../evaluation/verdict.js";
import { evaluateOnce, isTimed, type Measured } from "../../evaluation/evaluate-once.js";
import { timedTogether } from "../../evaluation/latency.js";
import { scoresOfSlices, slicedOf } from "../../evaluation/slices.js";
import { slicesShown } from "../../display/scores/slices.js";
import { toldFitted } from "../../inference/fitted-calibration.js";
import { plural } from "../../host/text.js";
import { tellScored } from "../../training-runs/tracker-context.js";
import { keepEvaluation } from "../../inference/evaluations/kept-evaluations.js";
import { constantFor, drawnOf, reportOf } from "../../evaluation/report.js";
import { foldsShown } from "../../display/scores/folds.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

export async function runEvaluate(session: OpenSession, action: Evaluate, stage: Stage): Promise<void> {
  const required: { readonly on: string; readonly held: readonly Held[] }[] = [];
  const { attacks = [] } = action;
  demandAllAttackable(session, action);
  for (const subject of action.on) {
    const measured = await measureNamed(session, action, subject, stage);
    const constants = await Promise.all(measured.map((one) => constantFor(session, one, action, stage)));
    const drawn = await drawAll(
      [...measured, ...constants.filter((one) => one !== null)].flatMap(({ measures }) => measures),
      stage.signal,
    );
    const sliced = await slicedOf(session, measured, { subject, by: action.by ?? [] }, stage);
    const seen = await Promise.all(measured.map((one) => seenBy(one, stage.signal)));
    const seeds: (SeedsTold | null)[] = [];
    for (const one of measured) seeds.push(await seedsTold(session, one, subject, howOf(action, stage), stage));
    const learnt = measured.flatMap(({ evaluation: { model } }, i) => (seen[i]?.mostly === true ? [model] : []));
    const about = await verdictAbout(session, measured, { action, subject }, howOf(action, stage), stage);
    const { registry } = session.vocabulary;
    const ranks = ranking(session);
    const beside = await withRankings(registry, measured, drawn, { about: about.index, ranks, signal: stage.signal });
    const verdict = verdictIn(beside.measured, beside.drawn, {
      learnt,
      about,
      seeds: seeds[about.index] ?? null,
      constant: constants[about.index] ?? null,
      ranks,
    });
    const attacked: (readonly Attacked[])[] = [];
    for (const one of measured)
      attacked.push(
        await attackedBy(session, one, { attacks, batchSize: action.batch_size, span: action.span }, stage),
      );
    for (const [i, { evaluation, measures, cost }] of measured.entries()) {
      const intervals = Object.fromEntries(
        measures.map((measure) => [measure.name, drawnOf(drawn, measure).score.interval]),
      );
      const slices = scoresOfSlices(sliced, i);
      session.evaluations.push({
        ...evaluation,
        intervals,
        cost,
        ...(i > 0 && { differences: differencesOf(measured[0]?.measures ?? [], measures, drawn) }),
        ...(i === about.index && verdict.said !== null && !verdict.withheld && { verdict: verdict.said }),
        ...(slices.length > 0 && { slices }),
        ...attacksKept(attacked[i]),
      });
    }
    const warn = warningsOn(stage, action.span);
    const first = must(measured[0], "a model");
    const held = heldTo(action.require ?? [], scoreIn(first, drawn), session.vocabulary.registry);
    required.push({ on: first.evaluation.on, held });
    const bars = (which: "cleared" | "missed") => barsTold(first.evaluation.model, held, which);
    const told = [...bars("cleared"), ...notesOn(measured, verdict.withheld)];
    const report = reportOf(session, measured, constants, drawn, {
      ...action,
      told,
      missed: bars("missed"),
      verdict: verdict.said,
    });
    const pictured = measured.map(({ evaluation }, i) => attacksOf(evaluation, attacked[i] ?? []));
    keepEvaluation(session.keptEvaluations, {
      names: action.names,
      report,
      more: [
        ...measured.flatMap(({ folds, evaluation: { model, on } }) =>
          folds ? [foldsShown(folds, { title: `Folds of ${model} on ${on}` })] : [],
        ),
        ...seeds.flatMap((own) => own?.shown ?? []),
        ...sliced.map((own) => slicesShown(own)),
        ...pictured.flat(),
      ],
    });
    const [scores, ...rest] = evaluationShown(report);
    warnOfLearnt(seen, warn);
    if (scores) stage.screen.display(scores);
    for (const { folds, evaluation } of measured)
      if (folds) stage.screen.display(foldsShown(folds, { title: `Folds of ${evaluation.model} on ${evaluation.on}` }));
    for (const own of seeds) if (own?.shown) stage.screen.display(own.shown);
    const methods = new Set([report.methods]);
    for (const own of sliced) {
      // What stands above needn't be said of each.
      stage.screen.display(slicesShown(methods.has(own.methods) ? { ...own, methods: "" } : own));
      methods.add(own.methods);
    }
    for (const shown of [...pictured.flat(), ...rest]) stage.screen.display(shown);
    for (const [i, { by, prepared, evaluation, measures, folds }] of measured.entries()) {
      const of = { prepared, rows: evaluation.rows, slices: scoresOfSlices(sliced, i), ...attacksKept(attacked[i]) };
      if (!folds && by.is === "model" && by.handle.weights?.client === undefined) {
        const { folder: home } = stage.hostContext;
        const kept = noted(() => rememberScores(by.handle, subject, { ...of, home }, measures, drawn), action, stage);
        if (kept && of.attacks) await describeAgain(session, trainedOf(by.handle), stage);
        tellScored(session, by.handle.weights?.folder, stage);
      }
    }
  }
  demandCleared(action.names[0] ?? "", required);
}

function demandAllAttackable(session: OpenSession, { on, names, attacks = [], contenders, folds }: Evaluate): void {
  for (const subject of on)
    for (const name of names)
      if (attacks.length > 0 && !contenders?.[name] && "data" in subject)
        demandAttackable(session, attacks, { name, split: subject.split, folds: folds?.[name] !== undefined });
}

/** Every model and baseline that is named, each followed by its own head where it has one. */
async function measureNamed(
  session: OpenSession,
  action: Evaluate,
  subject: Evaluate["on"][number],
  stage: Stage,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  const times = await timesBeside(session, subject, action, stage);
  for (const name of action.names) {
    const one = { name, beside: measured[0], times: times.get(name) };
    measured.push(await measuredNamed(session, one, subject, action, stage));
    const own = ownHead(session, name, subject);
    if (own) measured.push(await evaluateOnce(session, own, subject, howOf(action, stage), stage));
  }
  return measured;
}

function attacksOf({ model, on }: Measured["evaluation"], attacks: readonly Attacked[]) {
  return attacks.length > 0 ? attacksShown({ model, on, attacks }) : [];
}

/** Whether a metric is a ranking metric. */
function ranking({ vocabulary: { registry } }: OpenSession) {
  return ({ word }: Call): boolean => registry.find("metric", word)?.capabilities?.ranks === true;
}

/** A model, or one for each fold, or what stands beside the first of them. */
function measuredNamed(
  session: OpenSession,
  {
    name,
    beside,
    times,
  }: { readonly name: string; readonly beside: Measured | undefined; readonly times: Float64Array | undefined },
  subject: Subject,
  action: Evaluate,
  stage: Stage,
): Promise<Measured> {
  const { signal, hostContext } = stage;
  const judging: Judging = {
    signal,
    onProgress: hostContext.onProgress,
    beside: beside ? (beside.texts?.written ?? null) : action.names.length > 1 ? "itself" : null,
  };
  const how = { ...howOf(action, stage), judging };
  const contender = action.contenders?.[name];
  if (contender) {
    const warn = warningsOn(stage, action.span);
    const standing = { name, contender, warn, beside: must(beside, "the model that it stands beside") };
    return evaluateContender(session, standing, subject, how, stage);
  }
  const held = action.folds?.[name];
  if (held) return evaluateFolds(session, name, held, subject, how, stage);
  return evaluateOnce(session, session.models.get(name), subject, { ...how, times }, stage);
}

/** Where single answers are waited for and several models are asked, they take turns. */
async function timesBeside(
  session: OpenSession,
  subject: Subject,
  action: Evaluate,
  stage: Stage,
): Promise<ReadonlyMap<string, Float64Array>> {
  const names = action.names.filter((name) => !action.contenders?.[name] && !action.folds?.[name]);
  if (names.length < 2 || !("data" in subject) || !isTimed(session, action)) return new Map();
  const handles = names.map((name) => session.models.get(name));
  return timedTogether(session, handles, subject, action, stage);
}

const howOf = (action: Evaluate, { hostContext }: Stage) => ({
  ...action,
  groups: true,
  world: worldIn(hostContext.folder),
});

/** On data of a client that kept a head of its own: the model with that head. Null: there is none. */
function ownHead(session: OpenSession, name: string, subject: Subject): ModelHandle | null {
  if (!("data" in subject)) return null;
  const handle = session.models.trained()[name] === undefined ? null : session.models.get(name);
  const run = handle?.weights?.folder;
  return handle && run !== undefined && clientsWithHeads(run).includes(subject.data.name)
    ? handle.client(subject.data.name)
    : null;
}

/** A model that has the mean of heads that stayed with clients. */
function meanNote({ by, evaluation: { model } }: Measured): readonly string[] {
  const weights = by.is === "model" ? by.handle.weights : null;
  if (!weights || weights.client !== undefined || clientsWithHeads(weights.folder).length === 0) return [];
  return [`${model} has the mean of its clients' heads; each client's own stands in the run, \`${model}.client("…")\``];
}

/** Of each metric that both have. */
function differencesOf(first: readonly Measure[], own: readonly Measure[], drawn: Compared) {
  const both = own.flatMap((measure) => {
    const of = first.find(({ name }) => name === measure.name);
    return of ? [[measure.name, difference(drawnOf(drawn, of), drawnOf(drawn, measure))] as const] : [];
  });
  return Object.fromEntries(both);
}

const scoreIn =
  ({ measures }: Measured, drawn: Compared) =>
  (metric: Call) => {
    const measure = must(measures.find(sameCall(metric)), `what ${metric.word} is`);
    return { score: drawnOf(drawn, measure).score, why: measure.why };
  };
/** By what a model answers that was fitted to rows of validation. */
function fittedNote({ by, prepared, split, evaluation: { model } }: Measured): readonly string[] {
  const fitted = by.is === "model" ? by.handle.fitted : null;
  if (!fitted) return [];
  const told = `${model}: ${toldFitted(fitted)}, fitted to ${plural(fitted.rows, "row")} of ${fitted.data}.${fitted.split}`;
  const own = fitted.split === split && fitted.dataHash === prepared.facts.hash;
  return [own ? `${told}: these are the rows that it was fitted to, and others say more` : told];
}

interface SeenBy {
  readonly warning?: CodeData["scored-learnt-rows"];
  /** Half of the rows or more were learnt from. */
  readonly mostly?: boolean;
}

/** The rows on which the model was trained, as a warning. */
async function seenBy({ by, prepared, split, evaluation, folds }: Measured, signal?: AbortSignal): Promise<SeenBy> {
  if (by.is === "contender") return { mostly: by.learns && split === "train" };
  const { handle, learnt } = by;
  if (folds) return {};
  const seen = await learntAmong({ prepared, split }, { weights: handle.weights, learnt }, signal);
  if (!seen) return {};
  return { warning: { ...seen, model: handle.name, on: evaluation.on }, mostly: 2 * seen.seen >= seen.of };
}
/** The warning comes before the scores, because it puts them in doubt. */
function warnOfLearnt(seen: readonly SeenBy[], warn: Warn): void {
  for (const { warning } of seen) if (warning) warn("scored-learnt-rows", warning);
}
/** Without notes on folds where the verdict already says why there is none. */
function notesOn(measured: readonly Measured[], withheld: boolean): readonly string[] {
  return [
    ...(withheld ? [] : measured.flatMap(foldsNote)),
    ...measured.flatMap(fittedNote),
    ...measured.flatMap(meanNote),
  ];
}
function foldsNote({ by, folds }: Measured): readonly string[] {
  return folds && by.is === "model" ? [`${by.handle.name}: each row is scored by the model that did not see it`] : [];
}

/** A run that can't be written, somebody else's, is no reason to say nothing: a warning tells that its scores weren't kept. */
function noted(remembers: () => void, action: Evaluate, stage: Stage): boolean {
  try {
    remembers();
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const why = wordsFor(error).message;
    warningsOn(stage, action.span)("scores-not-kept", { why });
    return false;
  }
}

function trainedOf(handle: ModelHandle): Trained {
  return Object.assign(handle, { weights: must(handle.weights, "weights") });
}
