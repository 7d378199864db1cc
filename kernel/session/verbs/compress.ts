/** `compress`: the stages one after the other, each a training with its live picture; the last one's weights are the name's. */
import { must } from "#dsl/diagnostics/must.js";
import type { Action } from "#dsl/plan/plan.js";
import { planShown } from "../../core/display/plans/plan-card.js";
import { finishedRun } from "../../history/runs-named.js";
import { besideOriginal, type MadeModel } from "./compress-beside.js";
import type { Compressing, Trained } from "../compressions/contract.js";
import { distilFrom } from "../compressions/distil.js";
import { promptedTeacher } from "../compressions/teacher.js";
import { stages } from "../compressions/stages.js";
import { loadedWeights } from "../models/loaded.js";
import type { ModelHandle } from "../models/model-handle.js";
import { LiveTraining } from "../trainings/live.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { startOf } from "../updates/run-stages.js";
import { warningsOn } from "../warnings.js";
import { trainNamed } from "./train-named.js";

type Compress = Extract<Action, { verb: "compress" }>;

export async function runCompress(session: TuneSession, action: Compress, stage: Stage): Promise<void> {
  const id = `compress-${action.name}-${Date.now().toString(36)}`;
  const asked = action.stages[0]?.plan.recipe.compress?.teacher !== undefined;
  const start = asked ? null : await startOf(session.models.get(action.start));
  const { registry } = session.vocabulary;
  // What takes no step has none to plan.
  const trained = action.stages.filter(({ plan }) => {
    const call = must(plan.recipe.compress, "a stage").stage;
    return registry.find(call.kind as "student", call.word)?.capabilities?.trains === true;
  });
  for (const [i, { plan, start: from }] of trained.entries())
    stage.screen.display({
      ...planShown(plan, { id: `${id}-plan-${String(i)}`, folded: i > 0, from }),
      fixedText: true,
    });
  const around: Compressing = {
    ...{ session, stage, warn: warningsOn(stage, action.span) },
    train: (of, continues) => {
      const title = `${of.name}: ${of.key} of ${of.start}`;
      const live = new LiveTraining(stage.screen, `${id}-${of.key}`, title, of.plan, { again: false });
      const asked = { plan: of.plan, name: of.name, resume: action.resume, span: action.span, continues };
      const shows = { live, onTrained: () => live.finish(), previewed: false };
      return trainNamed(session, asked, stage, shows);
    },
  };
  let from: Trained | null = start;
  const made: MadeModel[] = [];
  for (const of of action.stages) {
    const done = action.resume ? finishedRun(session.runs, of.name, of.plan.recipeHash) : undefined;
    const handle = done ? taken(session, of.name, done.path) : await runStage(of, from, around);
    from = Object.assign(handle, { weights: must(handle.weights, `weights of ${of.name}`) });
    made.push({ handle: from, stage: must(of.plan.recipe.compress, "a stage").stage });
  }
  const shown = await besideOriginal(session, { start, made }, stage);
  for (const one of shown) stage.screen.display(one);
}

async function runStage(
  of: Compress["stages"][number],
  from: Trained | null,
  around: Compressing,
): Promise<ModelHandle> {
  if (!from) return distilFrom(of, await promptedTeacher(of, around), around);
  return stages[of.key](of, from, around);
}

/** A stage that was over before the statement was interrupted. */
function taken(session: TuneSession, name: string, run: string): ModelHandle {
  const weights = loadedWeights(run);
  const handle = session.models.define(weights.plan.recipe.model, name);
  handle.weights = weights;
  return handle;
}
