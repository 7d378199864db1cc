/** `show`: a definition or a part of a run, on demand: `show router`, `show router.plan`, `show router.history`, `show router.graph`. */
import type { Action, Plan } from "#dsl/plan/plan.js";
import { readerOf } from "#dsl/types/subject.js";
import { topics } from "#dsl/compile/show.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { curvesFigure, curvesText, historyTable } from "../../core/display/curves.js";
import { figureShown } from "../../core/display/figure.js";
import { modelShown } from "../../core/display/model-card.js";
import { maskShown, type MaskedRow } from "../../core/display/mask.js";
import { planShown } from "../../core/display/plan-card.js";
import { sweepTable } from "../../core/display/sweep.js";
import { dataShown } from "../../core/display/data-preview.js";
import { printable } from "../../core/display/text.js";
import type { Shown } from "../../core/display/shown.js";
import { splitNamesOf } from "../../core/data/prepared.js";
import { encodeSplit } from "../../encoding/encoded.js";
import { encodingOf } from "../../encoding/encoding.js";
import { hasMask, maskedRows } from "../../encoding/masked-rows.js";
import type { ModelHandle } from "../model-handle.js";
import { phaseShown } from "../phases.js";
import { readsContexts } from "../../inference/questions.js";
import type { Stage, TuneSession } from "../tune-session.js";

export async function runShow(
  session: TuneSession,
  { topic, tree }: Extract<Action, { verb: "show" }>,
  stage: Stage,
): Promise<void> {
  if (tree !== undefined) return stage.screen.display({ bundle: { "text/plain": printable(tree.trimEnd()) } });
  for (const shown of await shownOf(session, topic, stage)) stage.screen.display(shown);
}

async function shownOf(session: TuneSession, topic: readonly string[], stage: Stage): Promise<readonly Shown[]> {
  const [name = "", part] = topic;
  const sweep = session.sweeps.get(name);
  if (sweep) return [sweepTable(sweep.trials, sweep.goal, { title: name })];
  const data = session.data.get(name);
  if (data) {
    const prepared = await session.datasets.data(data, null, stage.hostContext);
    return [dataShown(data, prepared.facts, prepared.sample)];
  }
  const handle = session.models.get(name);
  const base = await session.datasets.base(
    readerOf(handle.weights?.plan.recipe.model ?? handle.plan),
    stage.hostContext,
  );
  if (part === undefined) return [modelShown(handle.plan, base.facts)];
  const weights = weightsOf(handle);
  switch (part) {
    case "plan":
      return [planShown(weights.plan)];
    case "history":
      return [
        figureShown(curvesFigure(weights.events, { title: name }), { text: curvesText(weights.events) }),
        historyTable(weights.events),
      ];
    case "graph":
    case "passes":
    case "program":
    case "emitted": {
      const { plan, labels } = weights;
      return [await phaseShown(part, { plan, base, labels, home: stage.hostContext.folder, name })];
    }
    case "mask":
      return [
        maskShown(await maskOf(session, weights.plan, stage), {
          model: name,
          what: readsContexts(weights.plan.recipe.model.task) ? "the answer" : "trained",
        }),
      ];
    default:
      throw new CodedError("unknown-topic", { name, topic: part, has: topics.model });
  }
}

/** The first rows that train, token by token. */
async function maskOf(session: TuneSession, plan: Plan, stage: Stage): Promise<readonly MaskedRow[]> {
  const { base, tokenizer } = await session.models.parts(plan, stage.hostContext);
  const { data, model, training } = plan.recipe;
  const prepared = await session.datasets.data(data, readerOf(model), stage.hostContext);
  const encoding = await encodingOf(plan, base, tokenizer, prepared.labels, model.name);
  const { implementation } = encoding.task;
  if (!hasMask(implementation)) throw new CodedError("no-mask", { task: model.task.word });
  const split = splitNamesOf(prepared).includes("train") ? "train" : "all";
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  return maskedRows(rows, implementation, { tokenizer, most: 4, seed: training.seed });
}

function weightsOf(handle: ModelHandle) {
  if (!handle.weights) throw new CodedError("not-trained", { model: handle.name });
  return handle.weights;
}
