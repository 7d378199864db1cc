/** `compress`: runs the steps in sequence, each training with a live view; the name gets the last step's weights. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Action, PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import { shortCallText } from "#dsl/compiler/plan/short-call.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { RunFolder } from "../../runs/run-folder.js";
import { displayOutputOf } from "../../display/bundle.js";
import { card, note, type DisplayOutput } from "../../display/html.js";
import { tableView } from "../../display/table.js";
import { compactNumber } from "../../host/value-text.js";
import { megabytesText, weightsFileBytes } from "../../models/compressed-from.js";
import { planCardView } from "../../display/plans/plan-card.js";
import { compareWithOriginal, type CompressedModel } from "./paired-comparison.js";
import type { CompressionContext, TrainedModel } from "./contract.js";
import { finishedCompressionStages, reuseFinishedCompressionStage } from "./existing-stages.js";
import { runCompressionStage } from "./compression-steps.js";
import { LiveTraining } from "../../session/live-training.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { awaitTrainedModel } from "../../models/trained-model.js";
import { trainNamedModel } from "../../training-runs/train-named.js";

type Compress = Extract<Action, { verb: "compress" }>;

export async function runCompress(session: OpenSession, action: Compress, context: ExecutionContext): Promise<void> {
  const id = `compress-${action.name}-${Date.now().toString(36)}`;
  const isPrompted = action.stages[0]?.plan.recipe.compress?.teacher !== undefined;
  const start = isPrompted ? null : await awaitTrainedModel(session.models.get(action.start));
  const { registry } = session.vocabulary;
  // Steps without training have no plan to show.
  const trained = action.stages.filter(({ plan }) => {
    const call = mustExist(plan.recipe.compress, "a stage").stage;
    return registry.find(call.kind as "student", call.word)?.capabilities?.isTrained === true;
  });
  const done = action.resume
    ? finishedCompressionStages(session.runs, action.stages)
    : new Map<PlannedCompressStage, RunFolder>();
  for (const [compressStage, run] of done)
    context.screen.display(textShown(`${compressStage.name} is already finished, and is reused: ${run.id}`));
  const planned = trained.filter((remaining) => !done.has(remaining));
  for (const [i, { plan, start: from }] of planned.entries())
    context.screen.display({
      ...planCardView(plan, { id: `${id}-plan-${String(i)}`, folded: i > 0, from }),
      fixedText: true,
    });
  const around: CompressionContext = {
    session,
    stage: context,
    warn: warnerAt(context, action.span),
    train: (compressStage, continues) => {
      const title = `${compressStage.name}: ${compressStage.key} of ${compressStage.start}`;
      const live = new LiveTraining(context.screen, `${id}-${compressStage.key}`, title, compressStage.plan, {
        again: false,
      });
      const request = {
        plan: compressStage.plan,
        name: compressStage.name,
        resume: action.resume,
        span: action.span,
        continues,
      };
      const shows = { live, onTrained: () => live.finish(), previewed: false };
      return trainNamedModel(session, request, context, shows);
    },
  };
  let from: TrainedModel | null = start;
  const made: CompressedModel[] = [];
  for (const compressStage of action.stages) {
    const before = done.get(compressStage);
    const handle = before
      ? reuseFinishedCompressionStage(session, compressStage.name, before.path)
      : await runCompressionStage(compressStage, from, around);
    from = Object.assign(handle, { weights: mustExist(handle.weights, `weights of ${compressStage.name}`) });
    made.push({ handle: from, stage: mustExist(compressStage.plan.recipe.compress, "a stage").stage });
  }
  const shown = await compareWithOriginal(session, { start, made }, context);
  for (const one of shown.length > 0 ? shown : [sizesShown(start, made, registry)]) context.screen.display(one);
}

/** Shows the sizes of the models if no rows are left for scoring. */
function sizesShown(start: TrainedModel | null, made: readonly CompressedModel[], registry: Registry): DisplayOutput {
  const all = [...(start ? [{ handle: start, stage: null }] : []), ...made];
  const rows = all.map(({ handle: { name, weights }, stage }) => {
    const run = RunFolder.open(weights.folder);
    const { parameters } = weights.plan.estimates;
    const size = megabytesText(weightsFileBytes(run, parameters));
    return [name, stage ? shortCallText(stage, registry) : "", compactNumber(parameters), size, run.id];
  });
  return tableView(["model", "made by", "parameters", "on disk", "run"], rows, {
    title: "Cost of each model",
    caption:
      "There are no validation rows to compare models on: `split: random(validation: 15%, test: 15%)` keeps some.",
  });
}
const textShown = (text: string): DisplayOutput => displayOutputOf(text, card(null, note(text)));
