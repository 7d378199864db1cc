/** One trial: the point's program compiled, trained and scored on the validation split. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Span } from "#dsl/diagnostics/span.js";
import type { SweepPlan } from "#dsl/plan/plan.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { compileAll } from "../answers/host.js";
import type { TrialOf } from "../../artifacts/trials.js";
import { modelKeys, trialText } from "../../core/sweep/trial-text.js";
import { worldIn } from "../../inference/measured.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { giveBack, giveWeights, trainOnce } from "../trainings/training.js";
import { evaluateOnce } from "../verbs/evaluate-once.js";
import { warningsOn } from "../warnings.js";

/** Trains one point and scores it on the validation split (the training split where there is none is never used: the checker refuses). */
export async function runTrial(
  session: TuneSession,
  { plan: sweep, span }: { readonly plan: SweepPlan; readonly span: Span },
  values: Readonly<Record<string, string>>,
  trial: TrialOf,
  stage: Stage,
): Promise<{ readonly score: number; readonly run: string }> {
  const as = `${trial.sweep}_${trial.number}`;
  const text = trialText(sweep, values, modelKeys(), as);
  const source = { id: `sweep:${as}`, title: as, text };
  const { diagnostics, actions } = await compileAll([...stage.sources, source], {
    ...{ hostContext: stage.hostContext, datasets: session.datasets, registry: session.vocabulary.registry },
    kept: session.kept,
    trained: session.models.trained(),
  });
  const action = actions?.find((a) => a.verb === "train");
  if (!action) throw new TrialRefused(diagnostics.find((d) => d.severity === "error")?.code ?? "internal");
  const result = await trainOnce(
    session,
    { plan: action.plan, name: as, resume: false, title: as, trial, onEvent: () => undefined },
    stage,
  );
  const forget = () => session.models.forget(result.run.path);
  if (result.trained.reason === "interrupted") {
    session.later(result.trained.settled.finally(forget));
    throw new CodedError("interrupted", {
      what: `the sweep ${as.replace(/_\d+$/, "")}`,
      kept: "the trials done so far are kept: run the statement again to go on",
    });
  }
  try {
    const handle = session.models.unnamed(action.plan.recipe.model, as);
    const kept = await giveWeights(session, handle, action.plan, result);
    if (kept?.damaged)
      warningsOn(stage, span)("best-not-kept", { ...kept.damaged, kept: kept.checkpoint.position.step });
    const subject = { data: action.plan.recipe.data, split: "validation" };
    const scored = {
      ...{ metrics: [sweep.goal.metric], batch_size: action.plan.recipe.training.batch_size },
      world: worldIn(stage.hostContext.folder),
      judging: { beside: null, signal: stage.signal, onProgress: stage.hostContext.onProgress },
    };
    const { evaluation } = await evaluateOnce(session, handle, subject, scored, stage);
    const metric = metricName(sweep.goal.metric);
    const score = evaluation.metrics[metric] ?? Number.NaN;
    if (Number.isNaN(score)) throw new CodedError("trial-unmeasured", { metric, step: result.trained.steps });
    return { score, run: result.run.path };
  } finally {
    giveBack(result);
    await forget();
  }
}

class TrialRefused extends Error {
  constructor(code: string) {
    super(`the checker refused it: ${code}`);
  }
}
