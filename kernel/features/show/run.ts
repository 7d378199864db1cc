/**
 * `show`: displays a definition or a part of a run: `show router`, `show router.plan`, `show router.history`, `show
 * router.graph`.
 */
import type { PredictionBudget } from "#dsl/compiler/plan/actions/show-actions.js";
import type { Action, ActionSubject } from "#dsl/compiler/plan/action.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { agreementAndDisagreements } from "../../data/annotations/resolved-labels.js";
import type { AnnotatedRows } from "../../data/annotations/overlay.js";
import { agreementView } from "../../display/scores/agreement.js";
import { planCardView } from "../../display/plans/plan-card.js";
import { sweepTopicViews } from "../../sweep-runs/show-sweep.js";
import { dataPreview } from "../../display/data/data-preview.js";
import { printable } from "../../host/value-text.js";
import type { DisplayOutput } from "../../display/html.js";
import { modelViews } from "./model-views.js";
import { sweepLearningCurve } from "../../sweep-runs/learning-curve.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export async function runShow(
  session: OpenSession,
  { topic, tree, on, budget, plan }: Extract<Action, { verb: "show" }>,
  context: ExecutionContext,
): Promise<void> {
  if (tree !== undefined) return context.screen.display({ bundle: { "text/plain": printable(tree.trimEnd()) } });
  if (plan) return context.screen.display(planCardView(plan));
  for (const shown of await shownOf(session, { topic, on, budget }, context)) context.screen.display(shown);
}

async function shownOf(
  session: OpenSession,
  {
    topic,
    on,
    budget,
  }: {
    readonly topic: readonly string[];
    readonly on: ActionSubject | undefined;
    readonly budget: PredictionBudget | undefined;
  },
  context: ExecutionContext,
): Promise<readonly DisplayOutput[]> {
  const [name = "", part] = topic;
  const sweep = session.sweeps.get(name);
  if (sweep && part === "learning_curve") return await sweepLearningCurve(session, sweep, context);
  if (sweep) return sweepTopicViews(sweep, part);
  const data = session.data.get(name);
  if (data) {
    const prepared = await session.datasets.data(data, null, context.hostContext);
    const agreement = prepared.annotated ? agreementOn(name, prepared.annotated) : [];
    if (part === "agreement" && agreement.length === 0) throw new CodedError("not-annotated", { data: name });
    if (part === "agreement") return agreement;
    const several = (prepared.facts.annotated?.by.length ?? 0) > 1;
    return [dataPreview(data, prepared.facts, prepared.sample), ...(several ? agreement : [])];
  }
  return modelViews(session, { name, part, on, budget }, context);
}

function agreementOn(name: string, annotated: AnnotatedRows): readonly DisplayOutput[] {
  const { agreement, disagreed } = agreementAndDisagreements(annotated);
  return agreementView(name, agreement, disagreed);
}
