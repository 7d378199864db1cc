/** `show`: a definition or a part of a run, on demand: `show router`, `show router.plan`, `show router.history`, `show router.graph`. */
import { printProgram } from "#dsl/graph/print.js";
import type { Action } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/check/codes.js";
import { curvesFigure, curvesText, historyTable } from "../../display/curves.js";
import { figureShown } from "../../display/figure.js";
import { modelShown } from "../../display/model-card.js";
import { planShown } from "../../display/plan-card.js";
import { sweepTable } from "../../display/sweep.js";
import { dataShown } from "../../display/data-preview.js";
import type { Shown } from "../../display/shown.js";
import type { ModelHandle } from "../model-handle.js";
import { programsOf } from "../open-model.js";
import type { Stage, TuneSession } from "../tune-session.js";

export async function runShow(session: TuneSession, { topic }: Extract<Action, { verb: "show" }>, stage: Stage): Promise<void> {
  for (const shown of await shownOf(session, topic, stage)) stage.screen.display(shown);
}

async function shownOf(session: TuneSession, topic: readonly string[], stage: Stage): Promise<readonly Shown[]> {
  const [name = "", part] = topic;
  const sweep = session.sweeps.get(name);
  if (sweep) return [sweepTable(sweep.trials, sweep.goal, { title: name })];
  const data = session.data.get(name);
  if (data) {
    const prepared = await session.workshop.data(data, null, stage.surroundings);
    return [dataShown(data, prepared.facts, prepared.sample)];
  }
  const handle = session.models.get(name);
  const base = await session.workshop.base(handle.plan.base, handle.plan.folder, stage.surroundings);
  if (part === undefined) return [modelShown(handle.plan, base.facts)];
  const weights = weightsOf(handle);
  switch (part) {
    case "plan":
      return [planShown(weights.plan)];
    case "history":
      return [figureShown(curvesFigure(weights.events, { title: name }), { text: curvesText(weights.events) }), historyTable(weights.events)];
    case "graph":
    case "program": {
      const programs = await programsOf(weights.plan, base, weights.labels, stage.surroundings.folder);
      return [{ bundle: { "text/plain": printProgram(programs.train) } }];
    }
    default:
      throw new CodedError("unknown-topic", { name, topic: part, has: ["plan", "history", "graph", "program"] });
  }
}

function weightsOf(handle: ModelHandle) {
  if (!handle.weights) throw new CodedError("not-trained", { model: handle.name });
  return handle.weights;
}
