/** `show`: a definition or a part of a run, on demand: `show router`, `show router.plan`, `show router.history`, `show router.graph`. */
import type { Budget } from "#dsl/compiler/plan/actions/show-actions.js";
import type { Action, Subject } from "#dsl/compiler/plan/action.js";
import { readerOf } from "#dsl/language/types/subject.js";
import { topics } from "#dsl/compiler/show/show.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { madeOf } from "../../models/compressed-from.js";
import { agreedOn } from "../../data/annotations/resolved-labels.js";
import type { Annotated } from "../../data/annotations/overlay.js";
import { agreementShown } from "../../display/scores/agreement.js";
import { curvesFigure, curvesText, historyTable } from "../../display/curves/curves.js";
import { figureShown } from "../../display/figure.js";
import { modelShown } from "../../display/plans/model-card.js";
import { maskShown } from "../../display/data/mask.js";
import { planShown } from "../../display/plans/plan-card.js";
import { sweepTopic } from "../../sweep-runs/show-sweep.js";
import { dataShown } from "../../display/data/data-preview.js";
import { printable } from "../../host/text.js";
import type { Shown } from "../../display/bundle-output.js";
import { splitNamesOf, type Prepared } from "../../data/prepared.js";
import { encodeSplit } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import { hasMask, maskedRows, maskTitleOf } from "../../data/encoding/masked-rows.js";
import type { Base } from "../../bases/base.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { phaseShown } from "../../training-runs/phases.js";
import { labelIssuesOf } from "../../evaluation/label-issues.js";
import { edgeOf } from "./show-edge.js";
import { learningCurveOf } from "./learning-curve.js";
import { sweepLearningCurve } from "../../sweep-runs/learning-curve.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export async function runShow(
  session: OpenSession,
  { topic, tree, on, budget, plan }: Extract<Action, { verb: "show" }>,
  stage: Stage,
): Promise<void> {
  if (tree !== undefined) return stage.screen.display({ bundle: { "text/plain": printable(tree.trimEnd()) } });
  if (plan) return stage.screen.display(planShown(plan));
  for (const shown of await shownOf(session, { topic, on, budget }, stage)) stage.screen.display(shown);
}

async function shownOf(
  session: OpenSession,
  {
    topic,
    on,
    budget,
  }: { readonly topic: readonly string[]; readonly on: Subject | undefined; readonly budget: Budget | undefined },
  stage: Stage,
): Promise<readonly Shown[]> {
  const [name = "", part] = topic;
  const sweep = session.sweeps.get(name);
  if (sweep && part === "learning_curve") return await sweepLearningCurve(session, sweep, stage);
  if (sweep) return sweepTopic(sweep, part);
  const data = session.data.get(name);
  if (data) {
    const prepared = await session.datasets.data(data, null, stage.hostContext);
    const agreement = prepared.annotated ? agreementOn(name, prepared.annotated) : [];
    if (part === "agreement" && agreement.length === 0) throw new CodedError("not-annotated", { data: name });
    if (part === "agreement") return agreement;
    const several = (prepared.facts.annotated?.by.length ?? 0) > 1;
    return [dataShown(data, prepared.facts, prepared.sample), ...(several ? agreement : [])];
  }
  const handle = session.models.get(name);
  const base = await baseOf(session, handle, stage);
  if (part === undefined)
    return [modelShown(handle.plan, base.facts, null, handle.weights && madeOf(handle.weights, base))];
  if (part === "mask") return [await maskOf(session, handle, on, stage)];
  if (part === "label_issues") return [await labelIssuesOf(session, handle, on, stage)];
  if (part === "learning_curve") return await learningCurveOf(session, handle, on, stage);
  if (part === "edge" && budget) return [await edgeOf(handle, base.facts, budget)];
  const weights = weightsOf(handle);
  switch (part) {
    case "plan":
      return [planShown(weights.plan)];
    case "history":
      return [
        figureShown(curvesFigure(weights.events, { title: `Training of ${name}` }), {
          text: curvesText(weights.events),
        }),
        historyTable(weights.events),
      ];
    case "graph":
    case "passes":
    case "program":
    case "emitted": {
      const { plan, labels } = weights;
      return [await phaseShown(part, { plan, base, labels, home: stage.hostContext.folder, name })];
    }
    default:
      throw new CodedError("unknown-topic", { name, topic: part, has: topics.model });
  }
}

/** What its weights stand on; of one that a training here made, or made smaller, that. */
async function baseOf(session: OpenSession, { weights, plan }: ModelHandle, stage: Stage): Promise<Base> {
  const { hostContext } = stage;
  if (weights?.plan.recipe.model.trained)
    return (await session.weights.parts(weights.plan, hostContext, weights.folder)).base;
  return session.datasets.base(readerOf(weights?.plan.recipe.model ?? plan), hostContext);
}

function agreementOn(name: string, annotated: Annotated): readonly Shown[] {
  const { agreement, disagreed } = agreedOn(annotated);
  return agreementShown(name, agreement, disagreed);
}

/** The first rows that train, token by token: of `on`, or of what the model was trained on. */
async function maskOf(
  session: OpenSession,
  handle: ModelHandle,
  on: Subject | undefined,
  stage: Stage,
): Promise<Shown> {
  const rows = on && "data" in on ? { recipe: { model: handle.plan, data: on.data } } : weightsOf(handle).plan;
  const { model, data } = rows.recipe;
  const { base, tokenizer } = await session.weights.parts(rows, stage.hostContext, handle.weights?.folder);
  const prepared = await session.datasets.data(data, readerOf(model), stage.hostContext);
  const encoding = await encodingOf(rows, base, tokenizer, prepared.labels, model.name);
  const { implementation } = encoding.task;
  if (!hasMask(implementation)) throw new CodedError("no-mask", { task: model.task.word });
  const encoded = await encodeSplit(prepared, { data: data.name, split: splitOf(on, prepared) }, encoding);
  const seed = "training" in rows.recipe ? rows.recipe.training.seed : 0;
  return maskShown(await maskedRows(encoded, implementation, { tokenizer, most: 4, seed }), {
    model: handle.name,
    what: maskTitleOf(implementation),
  });
}

function splitOf(on: Subject | undefined, prepared: Prepared): string {
  if (on && "data" in on && on.split !== null) return on.split;
  return splitNamesOf(prepared).includes("train") ? "train" : "all";
}

function weightsOf(handle: ModelHandle) {
  if (!handle.weights) throw new CodedError("not-trained", { model: handle.name });
  return handle.weights;
}
