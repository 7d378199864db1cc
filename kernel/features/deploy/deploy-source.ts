/**
 * A trained model as targets get it: a folder with config, tokenizer and, where what trained goes into the base's weights,
 * the whole model; beside it the adapter of what trained alone. It lies with the run that deploys and goes with it.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import writeFileAtomic from "write-file-atomic";
import { storageOf } from "#stdlib/storages/shared/storage.js";
import { registry } from "#stdlib/registry.js";
import type { Deployed } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { ADAPTER, writeAdapter } from "../../runs/folders/adapter-folder.js";
import { configText } from "../../runs/folders/config-text.js";
import { writeMerged } from "../../runs/folders/merged.js";
import { configOf } from "../../runs/folders/model-config.js";
import { besideWeights, copyBeside, writeModelFolder } from "../../runs/folders/model-folder.js";
import { readerOf } from "#dsl/language/types/subject.js";
import { licenceOf } from "../../bases/licence.js";
import { openBase } from "../../bases/open.js";
import { cardBase } from "../../runs/history/card-base.js";
import { deployedChat } from "../../deployments/chat.js";
import { jinjaOf, writeTemplate } from "../../deployments/jinja.js";
import { chatOf } from "../../data/encoding/chat.js";
import { fittedOf } from "../../inference/fitted-calibration.js";
import { jsonIn, object } from "../../fetch/json.js";
import { typesOf } from "../../bases/token-types.js";
import { deployedFrom } from "../../deployments/from-folder.js";
import type { Opened } from "../../models/opened-run.js";
import type { Learnt } from "#stdlib/targets/kind.js";
import { RunFolder } from "../../runs/run-folder.js";
import { scoresOf } from "../../runs/history/run-scores.js";
import type { Weights } from "../../runs/weights.js";

export async function deploySource(
  folder: string,
  opened: Opened,
  { name, ...rows }: Pick<Deployed, "name" | "calibration" | "examples">,
): Promise<Deployed> {
  const { open, weights, base, body } = opened;
  const { plan, labels } = weights;
  const { model, data } = plan.recipe;
  const fitted = readCalibration(weights.folder, weights.checkpoint.position.step);
  const chat = await chatOf(readerOf(model), base, opened.tokenizer);
  mkdirSync(folder, { recursive: true });
  const around = await wholeIn(folder, opened);
  if (around !== null) {
    await writeFileAtomic(join(folder, "config.json"), configText(configOf(model, base, labels)));
    await copyBeside(folder, { from: base.folder, files: besideWeights(base), maxLength: model.max_length });
  }
  const told = chat && (await deployedChat(chat));
  // A word's template travels as everybody reads one.
  if (told && model.template) await writeTemplate(folder, await jinjaOf(told, opened.tokenizer.specials));
  const adapter = open.adapter && join(folder, "adapter");
  if (adapter !== null && open.adapter) await writeAdapter(adapter, open.session, open.adapter);
  const learnt = learntOf(weights);
  const about = {
    name,
    task: model.task,
    labels,
    roles: Object.keys(data.columns),
    tokenTypes: await typesOf(plan, base),
    maxLength: model.max_length,
    ...rows,
    ...(fitted && { fitted: fittedOf(fitted) }),
    adapter: adapter === null ? null : Object.values(ADAPTER),
    peft: open.adapter !== null && "peft_type" in open.adapter.config,
    origin: {
      hub: cardBase(model).hub?.id ?? null,
      licence: licenceOf(base),
      ...(learnt && { learnt }),
    },
    ...(told && { chat: told }),
    ...(body.rounding && { rounding: body.rounding }),
  };
  if (around === null) return deployedFrom({ ...about, base: await openBase(folder, "folder", registry) });
  const config = jsonIn(await readFile(join(folder, "config.json"), "utf8"), object);
  const files = readdirSync(folder).filter((name) => name !== "config.json" && name !== "adapter");
  return {
    name: about.name,
    origin: about.origin,
    labels,
    roles: about.roles,
    tokenTypes: about.tokenTypes,
    maxLength: about.maxLength,
    ...rows,
    ...(fitted && { fitted: fittedOf(fitted) }),
    parts: { ...body, roles: about.roles, tokenTypes: about.tokenTypes },
    family: { word: base.facts.family, implementation: body.family },
    config,
    around,
    shapes: {},
    adapter: about.adapter,
    peft: about.peft,
    ...(about.chat && { chat: about.chat }),
    read: (name) => open.session.read(name),
    files,
    file: (name) => readFile(join(folder, name)),
  };
}

/** Writes the whole model. What stays around it instead, and nothing is written, where its weights can't take in what trained. */
async function wholeIn(folder: string, { open, weights, base, body, engine }: Opened): Promise<string | null> {
  const { plan, labels } = weights;
  const { storage } = plan.recipe.model;
  const { word } = body.technique.call;
  if (open.whole) {
    await writeModelFolder(folder, open.session, open.whole);
    return null;
  }
  if (storageOf(storage).weights !== "f32") return `${word} over weights stored as ${storage?.word ?? "f32"}`;
  try {
    await writeMerged(folder, { engine, session: open.session, body, plan, base, labels });
    return null;
  } catch (error) {
    if (error instanceof CodedError && error.code === "cannot-merge") return word;
    throw error;
  }
}

/** Undefined: the run doesn't say when it ended. */
function learntOf(weights: Weights): Learnt | undefined {
  const { plan, data, events } = weights;
  const ended = events.findLast(({ kind }) => kind === "stopped") ?? events.at(-1);
  if (!ended) return undefined;
  // Of a private training no count of rows is told: it would tell whether one more was there.
  const rows = plan.recipe.training.privacy ? null : (data.splits["train"]?.rows ?? data.kept);
  return { day: ended.at.slice(0, 10), rows, ...scoredIn(weights) };
}

/** The newest score of these weights on a test, else on anything; what was never evaluated has its validation's. */
function scoredIn({ folder, checkpoint, events }: Weights): Pick<Learnt, "scores" | "on"> {
  const { step } = checkpoint.position;
  const own = scoresOf(RunFolder.open(folder)).filter(
    (one) => one.step === step && Object.keys(one.metrics).length > 0,
  );
  const newest = own.findLast(({ split }) => split === "test") ?? own.at(-1);
  if (newest) {
    const told = Object.entries(newest.metrics).filter(([, { value }]) => !Number.isNaN(value));
    const where = newest.split === null ? newest.data : `${newest.data}.${newest.split}`;
    return { scores: told.map(([name, { value }]) => [name, value]), on: `${String(newest.rows)} rows of ${where}` };
  }
  const validated = events.findLast((e) => e.kind === "evaluated" && e.step === step);
  if (validated?.kind !== "evaluated") return { scores: [], on: "" };
  return { scores: Object.entries(validated.metrics), on: "validation rows" };
}
