/** Views of a model: its definition, or a part of its training. */
import type { PredictionBudget } from "#dsl/compiler/plan/actions/show-actions.js";
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { topicsByKind } from "#dsl/compiler/show/show.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { compressionDetailsOf } from "../../models/compressed-from.js";
import { curvesFigure, latestCurveNumbersText, historyTable } from "../../display/curves/curves.js";
import { figureView } from "../../display/figure.js";
import { modelView } from "../../display/plans/model-card.js";
import { planCardView } from "../../display/plans/plan-card.js";
import type { DisplayOutput } from "../../display/html.js";
import type { BaseModel } from "../../bases/base.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { compilationPhaseView } from "../../training-runs/phases.js";
import { labelIssuesViewOf } from "../../evaluation/label-issues.js";
import { edgeDeviceView } from "./show-edge.js";
import { learningCurveViews } from "./learning-curve.js";
import { trainingTokenMaskView } from "./mask.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/** `part`: undefined shows the definition. `on`: the data for parts that read rows. `budget`: for the part `edge`. */
export async function modelViews(
  session: OpenSession,
  {
    name,
    part,
    on,
    budget,
  }: {
    readonly name: string;
    readonly part: string | undefined;
    readonly on: ActionSubject | undefined;
    readonly budget: PredictionBudget | undefined;
  },
  context: ExecutionContext,
): Promise<readonly DisplayOutput[]> {
  const handle = session.models.get(name);
  const base = await baseOf(session, handle, context);
  if (part === undefined)
    return [modelView(handle.plan, base.facts, null, handle.weights && compressionDetailsOf(handle.weights, base))];
  if (part === "mask") return [await trainingTokenMaskView(session, handle, on, context)];
  if (part === "label_issues") return [await labelIssuesViewOf(session, handle, on, context)];
  if (part === "learning_curve") return await learningCurveViews(session, handle, on, context);
  if (part === "edge" && budget) return [await edgeDeviceView(handle, base.facts, budget)];
  const { weights } = handle;
  if (!weights) throw new CodedError("not-trained", { model: handle.name });
  switch (part) {
    case "plan":
      return [planCardView(weights.plan)];
    case "history":
      return [
        figureView(curvesFigure(weights.events, { title: `Training of ${name}` }), {
          text: latestCurveNumbersText(weights.events),
        }),
        historyTable(weights.events),
      ];
    case "graph":
    case "passes":
    case "program":
    case "emitted": {
      const { plan, labels } = weights;
      return [await compilationPhaseView(part, { plan, base, labels, home: context.hostContext.folder, name })];
    }
    default:
      throw new CodedError("unknown-topic", { name, topic: part, has: topicsByKind.model });
  }
}

/** The base of its weights; for a model from a recorded training or compression, the base found from its run. */
async function baseOf(
  session: OpenSession,
  { weights, plan }: ModelHandle,
  context: ExecutionContext,
): Promise<BaseModel> {
  const { hostContext } = context;
  if (weights?.plan.recipe.model.trained)
    return (await session.weights.parts(weights.plan, hostContext, weights.folder)).base;
  return session.datasets.base(dataReadingSettingsOf(weights?.plan.recipe.model ?? plan), hostContext);
}
