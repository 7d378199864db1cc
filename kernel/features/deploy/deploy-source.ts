/**
 * A trained model as input of targets: a folder with config, tokenizer and, if the trained parameters can be merged
 * into the base's weights, the full model; otherwise also the adapter with the trained parameters only. It is part of
 * the deployment's run and is deleted with it.
 */
import { registry } from "#stdlib/registry.js";
import type { ModelToDeploy, TrainingRunFacts } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { licenceOf } from "../../bases/licence.js";
import { openBase } from "../../bases/open.js";
import { cardBaseModelOf } from "../../runs/history/card-base.js";
import { deployedChatOf } from "../../deployments/chat.js";
import { chatEncodingOptionsOf } from "../../data/encoding/chat.js";
import { calibrationValuesOf } from "../../inference/fitted-calibration.js";
import { usesTokenTypes } from "../../bases/token-types.js";
import { deployedModelFromFolder } from "../../deployments/from-folder.js";
import { sourceFilesIn, writeSourceFolder } from "./source-folder.js";
import type { OpenedRun } from "../../models/opened-run.js";
import { RunFolder } from "../../runs/run-folder.js";
import { readRunScores } from "../../runs/history/run-scores.js";
import type { TrainedWeights } from "../../runs/weights.js";

export async function prepareModelForDeployment(
  folder: string,
  opened: OpenedRun,
  { name, ...rows }: Pick<ModelToDeploy, "name" | "calibration" | "examples">,
): Promise<ModelToDeploy> {
  const { open, weights, base, body } = opened;
  const { plan, labels } = weights;
  const { model, data } = plan.recipe;
  const fitted = readCalibration(weights.folder, weights.checkpoint.position.step);
  const chat = await chatEncodingOptionsOf(dataReadingSettingsOf(model), base, opened.tokenizer);
  const template = chat && (await deployedChatOf(chat));
  const { around, adapter } = await writeSourceFolder(folder, opened, template);
  const learnt = learntOf(weights);
  const about = {
    name,
    task: model.task,
    labels,
    roles: Object.keys(data.columns),
    tokenTypes: await usesTokenTypes(plan, base),
    maxLength: model.max_length,
    ...rows,
    ...(fitted && { fitted: calibrationValuesOf(fitted) }),
    adapter,
    peft: open.folder.adapter !== null && "peft_type" in open.folder.adapter.config,
    origin: {
      hub: cardBaseModelOf(model).hub?.id ?? null,
      licence: licenceOf(base),
      ...(learnt && { learnt }),
    },
    ...(template && { chat: template }),
    ...(body.rounding && { rounding: body.rounding }),
  };
  if (around === null) return deployedModelFromFolder({ ...about, base: await openBase(folder, "folder", registry) });
  return {
    name: about.name,
    origin: about.origin,
    labels,
    roles: about.roles,
    tokenTypes: about.tokenTypes,
    maxLength: about.maxLength,
    ...rows,
    ...(fitted && { fitted: calibrationValuesOf(fitted) }),
    parts: { ...body, roles: about.roles, tokenTypes: about.tokenTypes },
    family: { word: base.facts.family, implementation: body.family },
    around,
    shapes: {},
    adapter: about.adapter,
    peft: about.peft,
    ...(about.chat && { chat: about.chat }),
    read: (name) => open.session.read(name),
    ...(await sourceFilesIn(folder)),
  };
}

/** Undefined if the run doesn't record when it ended. */
function learntOf(weights: TrainedWeights): TrainingRunFacts | undefined {
  const { plan, data, events } = weights;
  const ended = events.findLast(({ kind }) => kind === "stopped") ?? events.at(-1);
  if (!ended) return undefined;
  // Row counts of a private training are not published: they would reveal whether one more row was present.
  const rows = plan.recipe.training.privacy ? null : (data.splits["train"]?.rows ?? data.kept);
  return { day: ended.at.slice(0, 10), rows, ...scoredIn(weights) };
}

/** The newest test score of these weights, else the newest on any split; without evaluations, the validation score. */
function scoredIn({ folder, checkpoint, events }: TrainedWeights): Pick<TrainingRunFacts, "scores" | "on"> {
  const { step } = checkpoint.position;
  const runScores = readRunScores(RunFolder.open(folder)).filter(
    (one) => one.step === step && Object.keys(one.metrics).length > 0,
  );
  const newest = runScores.findLast(({ split }) => split === "test") ?? runScores.at(-1);
  if (newest) {
    const metrics = Object.entries(newest.metrics).filter(([, { value }]) => !Number.isNaN(value));
    const where = newest.split === null ? newest.data : `${newest.data}.${newest.split}`;
    return { scores: metrics.map(([name, { value }]) => [name, value]), on: `${String(newest.rows)} rows of ${where}` };
  }
  const validated = events.findLast((e) => e.kind === "evaluated" && e.step === step);
  if (validated?.kind !== "evaluated") return { scores: [], on: "" };
  return { scores: Object.entries(validated.metrics), on: "validation rows" };
}
