/** `compress`: the stages one after the other, each a training with its live picture; the last one's weights are the name's. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { shortCall } from "#dsl/compiler/plan/short-call.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { RunFolder } from "../../runs/run-folder.js";
import { shownOf } from "../../display/bundle.js";
import { card, note } from "../../display/html.js";
import type { Shown } from "../../display/bundle-output.js";
import { tableShown } from "../../display/table.js";
import { compact } from "../../host/text.js";
import { megabytes, storedBytes } from "../../models/compressed-from.js";
import { planShown } from "../../display/plans/plan-card.js";
import { finishedRun } from "../../runs/history/runs-named.js";
import { besideOriginal, type MadeModel } from "./compress-beside.js";
import type { Compressing, Trained } from "./contract.js";
import { distilFrom } from "./distill.js";
import { promptedTeacher } from "./teacher.js";
import { stages } from "./stages.js";
import { loadedWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { LiveTraining } from "../../session/live-training.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { trainedModel } from "../../models/trained-model.js";
import { warningsOn } from "../../session/warnings.js";
import { trainNamed } from "../../training-runs/train-named.js";

type Compress = Extract<Action, { verb: "compress" }>;

export async function runCompress(session: OpenSession, action: Compress, stage: Stage): Promise<void> {
  const id = `compress-${action.name}-${Date.now().toString(36)}`;
  const asked = action.stages[0]?.plan.recipe.compress?.teacher !== undefined;
  const start = asked ? null : await trainedModel(session.models.get(action.start));
  const { registry } = session.vocabulary;
  // What takes no step has none to plan.
  const trained = action.stages.filter(({ plan }) => {
    const call = must(plan.recipe.compress, "a stage").stage;
    return registry.find(call.kind as "student", call.word)?.capabilities?.trains === true;
  });
  const done = new Map(
    action.stages.flatMap((of) => {
      const run = action.resume ? finishedRun(session.runs, of.name, of.plan.recipeHash) : undefined;
      return run ? [[of, run] as const] : [];
    }),
  );
  for (const [of, run] of done)
    stage.screen.display(textShown(`${of.name} is done already, and is taken as it is: ${run.id}`));
  const planned = trained.filter((of) => !done.has(of));
  for (const [i, { plan, start: from }] of planned.entries())
    stage.screen.display({
      ...planShown(plan, { id: `${id}-plan-${String(i)}`, folded: i > 0, from }),
      fixedText: true,
    });
  const around: Compressing = {
    session,
    stage,
    warn: warningsOn(stage, action.span),
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
    const before = done.get(of);
    const handle = before ? taken(session, of.name, before.path) : await runStage(of, from, around);
    from = Object.assign(handle, { weights: must(handle.weights, `weights of ${of.name}`) });
    made.push({ handle: from, stage: must(of.plan.recipe.compress, "a stage").stage });
  }
  const shown = await besideOriginal(session, { start, made }, stage);
  for (const one of shown.length > 0 ? shown : [sizesShown(start, made, registry)]) stage.screen.display(one);
}

/** Where no rows are left to score, what each takes. */
function sizesShown(start: Trained | null, made: readonly MadeModel[], registry: Registry): Shown {
  const all = [...(start ? [{ handle: start, stage: null }] : []), ...made];
  const rows = all.map(({ handle: { name, weights }, stage }) => {
    const run = RunFolder.open(weights.folder);
    const { parameters } = weights.plan.estimates;
    const size = megabytes(storedBytes(run, parameters));
    return [name, stage ? shortCall(stage, registry) : "", compact(parameters), size, run.id];
  });
  return tableShown(["model", "made by", "parameters", "on disk", "run"], rows, {
    title: "What each takes",
    caption:
      "No rows are held out by which they could be told apart: `split: random(validation: 15%, test: 15%)` keeps some.",
  });
}
const textShown = (text: string): Shown => shownOf(text, card(null, note(text)));

async function runStage(
  of: Compress["stages"][number],
  from: Trained | null,
  around: Compressing,
): Promise<ModelHandle> {
  if (!from) return distilFrom(of, await promptedTeacher(of, around), around);
  return stages[of.key](of, from, around);
}

/** A stage that was over before the statement was interrupted. */
function taken(session: OpenSession, name: string, run: string): ModelHandle {
  const weights = loadedWeights(run);
  const handle = session.models.define(weights.plan.recipe.model, name);
  handle.weights = weights;
  return handle;
}
