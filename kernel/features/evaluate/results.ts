/** The results of an evaluation: displayed in the cell, and saved in the session and in the runs of its models. */
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { CodedError, diagnosticText, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Span } from "#dsl/language/diagnostics/span.js";
import { evaluationView, type EvaluationReport } from "../../display/scores/evaluation.js";
import { attacksView } from "../../display/scores/attacks.js";
import { foldsView } from "../../display/scores/folds.js";
import { slicesView, type SlicesReport } from "../../display/scores/slices.js";
import type { DisplayOutput } from "../../display/html.js";
import type { ResampledScores } from "../../inference/measuring/comparison.js";
import { addOrReplaceEvaluation } from "../../inference/evaluations/kept-evaluations.js";
import { attackScoresToSave, type AttackResult } from "../../evaluation/attacks.js";
import type { MeasuredModel } from "../../evaluation/evaluate-once.js";
import { saveScoresInModelRun } from "../../evaluation/remember-scores.js";
import type { SeedsReport } from "../../evaluation/seeds.js";
import { scoresOfSlices } from "../../evaluation/slices.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { rewriteRunCard } from "../../training-runs/before-after-scores.js";
import { reportScoresToTrackers } from "../../training-runs/tracker-context.js";

/** `seeds` and `attacked`: one entry per measured model. */
export interface EvaluationResults {
  readonly report: EvaluationReport;
  readonly measured: readonly MeasuredModel[];
  readonly seeds: readonly (SeedsReport | null)[];
  readonly sliced: readonly SlicesReport[];
  readonly attacked: readonly (readonly AttackResult[])[];
  readonly drawn: ResampledScores;
}

/** Saves the evaluation for reports of this session, and displays it. */
export function showEvaluation(
  session: OpenSession,
  names: readonly string[],
  results: EvaluationResults,
  context: ExecutionContext,
): void {
  const { report, measured, seeds, sliced, attacked } = results;
  const pictured = measured.flatMap(({ evaluation }, i) => attacksOf(evaluation, attacked[i] ?? []));
  addOrReplaceEvaluation(session.keptEvaluations, {
    names,
    report,
    more: [
      ...measured.flatMap(({ folds, evaluation: { model, on } }) =>
        folds ? [foldsView(folds, { title: `Folds of ${model} on ${on}` })] : [],
      ),
      ...seeds.flatMap((seed) => seed?.shown ?? []),
      ...sliced.map((slice) => slicesView(slice)),
      ...pictured,
    ],
  });
  displayEvaluation(context, results, pictured);
}

/** Displays scores, folds, seeds, slices and figures. Does not repeat methods that an earlier table names. */
function displayEvaluation(
  { screen }: ExecutionContext,
  { report, measured, seeds, sliced }: EvaluationResults,
  pictured: readonly DisplayOutput[],
): void {
  const [scores, ...rest] = evaluationView(report);
  if (scores) screen.display(scores);
  for (const { folds, evaluation } of measured)
    if (folds) screen.display(foldsView(folds, { title: `Folds of ${evaluation.model} on ${evaluation.on}` }));
  for (const seed of seeds) if (seed?.shown) screen.display(seed.shown);
  const methods = new Set([report.methods]);
  for (const slice of sliced) {
    screen.display(slicesView(methods.has(slice.methods) ? { ...slice, methods: "" } : slice));
    methods.add(slice.methods);
  }
  for (const shown of [...pictured, ...rest]) screen.display(shown);
}

function attacksOf({ model, on }: MeasuredModel["evaluation"], attacks: readonly AttackResult[]) {
  return attacks.length > 0 ? attacksView({ model, on, attacks }) : [];
}

/** Saves the scores in the models' runs, rewrites the models' cards if they were attacked, and notifies trackers. */
export async function saveScoresInRuns(
  session: OpenSession,
  { measured, sliced, attacked, drawn }: EvaluationResults,
  { subject, span }: { readonly subject: ActionSubject; readonly span: Span },
  context: ExecutionContext,
): Promise<void> {
  for (const [i, { by, prepared, evaluation, measures, folds }] of measured.entries()) {
    const scored = {
      prepared,
      rows: evaluation.rows,
      slices: scoresOfSlices(sliced, i),
      ...attackScoresToSave(attacked[i]),
    };
    if (folds || by.is !== "model" || by.handle.weights?.client !== undefined) continue;
    const { folder: home } = context.hostContext;
    const saved = noted(
      () => saveScoresInModelRun(by.handle, subject, { ...scored, home }, measures, drawn),
      span,
      context,
    );
    if (saved && scored.attacks) {
      const weights = mustExist(by.handle.weights, "weights");
      await rewriteRunCard(session, Object.assign(by.handle, { weights }), context);
    }
    reportScoresToTrackers(session, by.handle.weights?.folder, context);
  }
}

/** If a run can't be written (it belongs to another user), warns that its scores were not saved, and continues. */
function noted(remembers: () => void, span: Span, context: ExecutionContext): boolean {
  try {
    remembers();
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const why = diagnosticText(error).message;
    warnerAt(context, span)("scores-not-kept", { why });
    return false;
  }
}
