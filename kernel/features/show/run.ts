/**
 * `show`: displays a definition or a part of a run: `show router`, `show router.plan`, `show router.history`, `show
 * router.graph`.
 */
import type { DeviceBudget } from "#dsl/compiler/plan/actions/show-actions.js";
import type { Action, ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReaderOf } from "#dsl/language/types/value.js";
import { topicsByKind } from "#dsl/compiler/show/show.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { compressedOriginOf } from "../../models/compressed-from.js";
import { agreementAndDisagreements } from "../../data/annotations/resolved-labels.js";
import type { AnnotatedRows } from "../../data/annotations/overlay.js";
import { agreementView } from "../../display/scores/agreement.js";
import { curvesFigure, curvesText, historyTable } from "../../display/curves/curves.js";
import { figureView } from "../../display/figure.js";
import { modelView } from "../../display/plans/model-card.js";
import { maskView } from "../../display/data/mask.js";
import { planCardView } from "../../display/plans/plan-card.js";
import { sweepTopicViews } from "../../sweep-runs/show-sweep.js";
import { dataPreview } from "../../display/data/data-preview.js";
import { printable } from "../../host/value-text.js";
import type { DisplayOutput } from "../../display/html.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import { encodeSplit, encodingOf } from "../../data/encoding/encoded.js";
import { hasTokenMask, firstMaskedRows, maskTitleOf } from "../../data/encoding/masked-rows.js";
import type { Base } from "../../bases/base.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { phaseView } from "../../training-runs/phases.js";
import { labelIssuesViewOf } from "../../evaluation/label-issues.js";
import { edgeView } from "./show-edge.js";
import { learningCurveOf } from "./learning-curve.js";
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
    readonly budget: DeviceBudget | undefined;
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
  const handle = session.models.get(name);
  const base = await baseOf(session, handle, context);
  if (part === undefined)
    return [modelView(handle.plan, base.facts, null, handle.weights && compressedOriginOf(handle.weights, base))];
  if (part === "mask") return [await maskOf(session, handle, on, context)];
  if (part === "label_issues") return [await labelIssuesViewOf(session, handle, on, context)];
  if (part === "learning_curve") return await learningCurveOf(session, handle, on, context);
  if (part === "edge" && budget) return [await edgeView(handle, base.facts, budget)];
  const weights = weightsOf(handle);
  switch (part) {
    case "plan":
      return [planCardView(weights.plan)];
    case "history":
      return [
        figureView(curvesFigure(weights.events, { title: `Training of ${name}` }), {
          text: curvesText(weights.events),
        }),
        historyTable(weights.events),
      ];
    case "graph":
    case "passes":
    case "program":
    case "emitted": {
      const { plan, labels } = weights;
      return [await phaseView(part, { plan, base, labels, home: context.hostContext.folder, name })];
    }
    default:
      throw new CodedError("unknown-topic", { name, topic: part, has: topicsByKind.model });
  }
}

/** The base of its weights; for a model from a recorded training or compression, the base found from its run. */
async function baseOf(session: OpenSession, { weights, plan }: ModelHandle, context: ExecutionContext): Promise<Base> {
  const { hostContext } = context;
  if (weights?.plan.recipe.model.trained)
    return (await session.weights.parts(weights.plan, hostContext, weights.folder)).base;
  return session.datasets.base(dataReaderOf(weights?.plan.recipe.model ?? plan), hostContext);
}

function agreementOn(name: string, annotated: AnnotatedRows): readonly DisplayOutput[] {
  const { agreement, disagreed } = agreementAndDisagreements(annotated);
  return agreementView(name, agreement, disagreed);
}

/** The first training rows, token by token: of `on`, or of the data that the model was trained on. */
async function maskOf(
  session: OpenSession,
  handle: ModelHandle,
  on: ActionSubject | undefined,
  context: ExecutionContext,
): Promise<DisplayOutput> {
  const rows = on && "data" in on ? { recipe: { model: handle.plan, data: on.data } } : weightsOf(handle).plan;
  const { model, data } = rows.recipe;
  const { base, tokenizer } = await session.weights.parts(rows, context.hostContext, handle.weights?.folder);
  const prepared = await session.datasets.data(data, dataReaderOf(model), context.hostContext);
  const encoding = await encodingOf(rows, base, tokenizer, prepared.labels, model.name);
  const { implementation } = encoding.task;
  if (!hasTokenMask(implementation)) throw new CodedError("no-mask", { task: model.task.word });
  const encoded = await encodeSplit(prepared, { data: data.name, split: splitOf(on, prepared) }, encoding);
  const seed = "training" in rows.recipe ? rows.recipe.training.seed : 0;
  return maskView(await firstMaskedRows(encoded, implementation, { tokenizer, most: 4, seed }), {
    model: handle.name,
    what: maskTitleOf(implementation),
  });
}

function splitOf(on: ActionSubject | undefined, prepared: PreparedData): string {
  if (on && "data" in on && on.split !== null) return on.split;
  return splitNamesOf(prepared).includes("train") ? "train" : "all";
}

function weightsOf(handle: ModelHandle) {
  if (!handle.weights) throw new CodedError("not-trained", { model: handle.name });
  return handle.weights;
}
