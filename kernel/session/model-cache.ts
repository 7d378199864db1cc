/**
 * The weights behind the session's models: their bases and the models open in the engine. Closed models are reopened
 * from their checkpoint.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { canServeUntrained, writesText } from "#dsl/compiler/plan/batches.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReaderOf, type DataPlan, type ModelPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { makePrivate } from "../fetch/private.js";
import type { Base } from "../bases/base.js";
import { openBase } from "../bases/open.js";
import { baseLicenceOf } from "../runs/history/base-licence.js";
import { readClientHead } from "../runs/client-heads.js";
import { saveDerivedBaseToRun, derivedBaseFolder, writeDerivedBase } from "../runs/folders/made-folder.js";
import { MODEL_FILES, writeModelFolder } from "../runs/folders/model-folder.js";
import { RunFolder } from "../runs/run-folder.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { EngineManager } from "../engines/manager/engine-manager.js";
import { engineWorkOf } from "../engines/work.js";
import { weightsRecipeHash, type TrainedWeights } from "../runs/weights.js";
import { type ModelHandle } from "../models/model-handle.js";
import { openModel, type OpenModel } from "../models/open-model.js";
import { weightStoreOf, trainedModelBody, type ModelOpener } from "../models/program-parts.js";
import { openPrompted, openUntrained } from "../models/untrained-model.js";
import { usesTokenTypes, type TextReadingPlan } from "../bases/token-types.js";
import type { HostContext } from "../host/host-context.js";
import { OpenModelCache } from "../models/open-models.js";
import type { OpenedRun } from "../models/opened-run.js";
import type { ObjectiveOptions } from "#stdlib/programs/options.js";
import type { PromptedBase } from "#stdlib/contenders/shared/prompting/prompted-base.js";
import { promptedBaseOf } from "../inference/prompted/prompted-base.js";
import { openPromptableBase, promptedModelPlan } from "../inference/prompted/prompt-context.js";
import type { OpenPredictor } from "../inference/input-texts.js";
import type { DatasetCache } from "./answers/dataset-cache.js";
import { writeMergedFolder } from "../models/merged-folder.js";

/** Parts of the session that the cache depends on. */
interface Around {
  readonly datasets: DatasetCache;
  readonly engines: EngineManager;
  /** Throws the coded error `not-trained`. */
  readonly handle: (name: string) => ModelHandle;
}

/** Data plan for predictions on texts that belong to no data set. */
export const NO_DATA: DataPlan = {
  name: "",
  source: {},
  folder: ".",
  columns: {},
  clean: [],
  split: null,
  labels: null,
  sample: null,
  seed: 0,
};
export const NO_DATA_PAIRS: DataPlan = { ...NO_DATA, columns: { text: "text", text_pair: "text_pair" } };

/** A model that is open in the engine, and how its rows are tokenized. */
export interface PredictableModel extends Omit<OpenPredictor, "session"> {
  /** Tokens of a packed row; null if each row is one text. */
  readonly packed: number | null;
  readonly open: OpenModel;
}

export class ModelCache {
  /** Open models by the run folder of their weights. */
  private readonly open = new OpenModelCache();
  /** Folder of a trained model in base format → the checkpoint that was written there. */
  private readonly written = new Map<string, { readonly file: string; readonly base: Base }>();
  /** Bases trained in other sessions, by their recipe hash. */
  private readonly lent = new Map<string, Base>();
  /** Key of a derived base (recipe and call) → the folder where a run of this session stores it. */
  private readonly basePaths = new Map<string, string>();

  constructor(private readonly options: Around) {}

  /** Registers the weights of a model trained elsewhere as a base; its files were transferred by hash. */
  lend(recipeHash: string, base: Base): void {
    this.lent.set(recipeHash, base);
  }

  /** Copies a base that was derived from another model's weights into the run that starts from it. */
  async keep(run: RunFolder, { trained }: ModelPlan, base: Base): Promise<void> {
    if (!trained?.made) return;
    await saveDerivedBaseToRun(run, base.folder);
    this.basePaths.set(madeKey(trained), run.base);
  }

  /**
   * Returns the base and tokenizer of a plan.
   * @param run folder of the weights trained with this plan
   */
  async parts(
    plan: TextReadingPlan,
    s: HostContext,
    run?: string,
  ): Promise<{ readonly base: Base; readonly tokenizer: Tokenizer }> {
    return this.partsOf(plan.recipe.model, s, run);
  }

  private async partsOf(
    model: ModelPlan,
    s: HostContext,
    run?: string,
  ): Promise<{ readonly base: Base; readonly tokenizer: Tokenizer }> {
    const base = model.trained
      ? ((await this.keptBase(model.trained, run)) ?? (await this.trainedBase(model, s)))
      : await this.options.datasets.base(dataReaderOf(model), s);
    // The data of the base's tokenizer may have changed since the weights were trained.
    if (model.scratch && model.baseHash !== null && base.hash !== model.baseHash)
      throw new CodedError("changed-since-trained", { model: model.name });
    return { base, tokenizer: await this.options.datasets.tokenizer(base) };
  }

  /**
   * Returns the weights of a model trained in this session as a base folder; writes the folder if it does not exist
   * yet.
   */
  private async trainedBase({ base: name, trained, name: modelName }: ModelPlan, s: HostContext): Promise<Base> {
    const lent = trained && this.lent.get(trained.recipeHash);
    if (lent) return lent;
    const handle = this.options.handle(name);
    const { weights } = handle;
    // The trained run was deleted, but the run that started from its derived base has a copy.
    const keptPath = trained?.made && this.basePaths.get(madeKey(trained));
    if (keptPath !== undefined && weights?.complete && !existsSync(weights.folder)) return this.opensKept(keptPath);
    if (!weights?.complete) throw new CodedError("not-trained", { model: name });
    if (weightsRecipeHash(weights) !== trained?.recipeHash)
      throw new CodedError("changed-since-trained", { model: modelName });
    const whole = await this.asBase(handle, s);
    if (!trained.made) return whole;
    const folder = derivedBaseFolder(weights.folder, trained.made);
    const known = this.written.get(folder);
    if (known?.file === weights.checkpoint.file) return known.base;
    await writeDerivedBase(folder, whole, { call: trained.made, licence: await baseLicenceOf(whole.folder) });
    makePrivate(join(folder, ".."));
    return this.wrote(folder, weights.checkpoint.file);
  }

  /** Returns the derived base stored in the run's folder; null if there is none or the folder is gone. */
  private async keptBase({ made }: NonNullable<ModelPlan["trained"]>, run: string | undefined): Promise<Base | null> {
    const madeRun = made && run !== undefined ? RunFolder.open(run) : null;
    if (!madeRun || !existsSync(join(madeRun.base, MODEL_FILES.config))) return null;
    const base = await this.opensKept(madeRun.base);
    const noted = madeRun.lock();
    if (noted && noted.baseHash !== null && noted.baseHash !== base.hash)
      throw new CodedError("base-changed", { base: madeRun.base, run: madeRun.id });
    return base;
  }
  private async opensKept(folder: string): Promise<Base> {
    return this.written.get(folder)?.base ?? this.wrote(folder, "");
  }

  /** Returns a trained model's weights as a base folder. */
  async asBase(handle: ModelHandle, s: HostContext): Promise<Base> {
    const { weights } = handle;
    if (!weights?.complete) throw new CodedError("not-trained", { model: handle.name });
    const folder = RunFolder.open(weights.folder).model;
    const known = this.written.get(folder);
    if (known?.file === weights.checkpoint.file) return known.base;
    const { open } = await this.ready(handle, s);
    if (open.folder.whole) await writeModelFolder(folder, open.session, open.folder.whole);
    else await writeMergedFolder(folder, await this.opened(handle, s), { replace: true });
    return this.wrote(folder, weights.checkpoint.file);
  }

  private async wrote(folder: string, file: string): Promise<Base> {
    const base = await openBase(folder, "folder", registry);
    this.written.set(folder, { file, base });
    return base;
  }

  /**
   * Opens a new model from its base for training, and closes the model that was open for this folder.
   * @param opens makes the model's programs; such a model is not cached, its caller decides how long it stays open
   */
  async fresh(
    folder: string,
    plan: Plan,
    base: Base,
    labels: readonly string[],
    home: string,
    {
      opens,
      objective,
    }: { readonly opens?: ModelOpener | undefined; readonly objective?: ObjectiveOptions | undefined } = {},
  ): Promise<OpenModel> {
    const engine = await this.options.engines.engine(engineWorkOf(plan));
    if (opens)
      return this.open.lend(folder, engine, await openModel(engine, plan, base, labels, home, opens, objective));
    const store = await weightStoreOf(plan.recipe.model, base);
    const open = (): Promise<OpenModel> => openModel(engine, plan, base, labels, home, undefined, objective);
    return (await this.open.add(folder, engine, store, open)).model;
  }

  /** Records which checkpoint the open model contains after training. */
  holds(folder: string, file: string): void {
    this.open.holds(folder, file);
  }

  forget(folder: string): Promise<void> {
    return this.open.forget(folder);
  }

  /** Returns a model's weights and an open session with them, loaded from the checkpoint if needed. */
  async ready(
    handle: ModelHandle,
    s: HostContext,
  ): Promise<{ readonly weights: TrainedWeights; readonly open: OpenModel; readonly tokenizer: Tokenizer }> {
    await handle.weights?.settled;
    const { weights } = handle;
    if (!weights?.complete && handle.apart) throw new CodedError("trains-apart", { name: handle.name });
    if (!weights?.complete) throw new CodedError("not-trained", { model: handle.name });
    const { folder, checkpoint } = weights;
    const { base, tokenizer } = await this.parts(weights.plan, s, folder);
    const engine = await this.options.engines.engine(engineWorkOf(weights.plan, "inference"));
    const open =
      this.open.get(folder, engine) ??
      (await this.open.add(folder, engine, await weightStoreOf(weights.plan.recipe.model, base), () =>
        openModel(engine, weights.plan, base, weights.labels, s.folder),
      ));
    const holds = weights.client === undefined ? checkpoint.file : `${checkpoint.file} of ${weights.client}`;
    if (open.file !== holds) await open.model.session.load(checkpoint.file);
    if (open.file !== holds && weights.client !== undefined)
      for (const [name, value] of readClientHead(folder, weights.client)) await open.model.session.write(name, value);
    open.file = holds;
    this.open.used(folder, open);
    return { weights, open: open.model, tokenizer };
  }

  /**
   * Returns a model that predicts on rows of these data: the trained one, or its untrained base if that supports the
   * task.
   */
  async askable(handle: ModelHandle, data: DataPlan, s: HostContext): Promise<PredictableModel> {
    const labels = handle.weights || handle.begun ? undefined : await this.labelsUntrained(handle.plan, s);
    if (labels === undefined) {
      const { weights, open, tokenizer } = await this.ready(handle, s);
      const { plan } = weights;
      const { base } = await this.parts(plan, s, weights.folder);
      const packed = plan.recipe.training.packing ? plan.recipe.model.max_length : null;
      return { plan, labels: weights.labels, packed, open, base, tokenizer };
    }
    const { base, tokenizer } = await this.partsOf(handle.plan, s);
    const open = await this.untrained(handle, base, s, { labels, data });
    return { plan: { recipe: { model: handle.plan, data } }, labels, packed: null, open, base, tokenizer };
  }

  /** Returns the labels of an untrained model, from its base's own head; undefined if it cannot predict. */
  private async labelsUntrained(plan: ModelPlan, s: HostContext): Promise<readonly string[] | undefined> {
    if (plan.scratch || plan.trained) return undefined;
    if (canServeUntrained(registry, plan.task) || writesText(registry, plan.task)) return [];
    const { facts } = await this.options.datasets.base(dataReaderOf(plan), s);
    return facts.heads?.[plan.task.word];
  }

  /** Returns an open model that can generate text: the trained one, or its base if it was never trained. */
  async writer(handle: ModelHandle, s: HostContext) {
    await handle.weights?.settled;
    const { base, tokenizer } = await this.partsOf(modelPlanOf(handle), s, handle.weights?.folder);
    const open = handle.weights ? (await this.ready(handle, s)).open : await this.untrained(handle, base, s);
    if (open.mute !== null) throw new CodedError("no-generation", { model: handle.name, why: open.mute });
    return { open, base, tokenizer };
  }

  private async untrained(
    handle: ModelHandle,
    base: Base,
    s: HostContext,
    { labels, data }: { readonly labels: readonly string[]; readonly data: DataPlan } = { labels: [], data: NO_DATA },
  ): Promise<OpenModel> {
    const engine = await this.options.engines.engine();
    const types = await usesTokenTypes({ recipe: { model: handle.plan, data } }, base);
    const roles = Object.keys(data.columns);
    const key = `untrained ${canonicalize({ ...handle.plan, name: "", types, roles }) ?? ""}`;
    const open = (): Promise<OpenModel> =>
      openUntrained(engine, handle.plan, base, { home: s.folder, labels: labels.length, types, roles });
    return (this.open.get(key, engine) ?? (await this.open.add(key, engine, base.hash, open))).model;
  }

  /**
   * Returns a base that has no name in the notebook, for prompting. Throws the coded error `no-prompting`.
   * @param settings `folder`: the folder that a path starts from
   */
  async prompted(
    name: string,
    s: HostContext,
    settings: { readonly writes: boolean; readonly folder?: string },
  ): Promise<PromptedBase> {
    const plan = promptedModelPlan(name, settings.folder ?? ".");
    const base = await this.options.datasets.base(dataReaderOf(plan), s);
    const shape = registry.find("model", base.facts.family)?.capabilities?.shape;
    if (shape !== "decoder")
      throw new CodedError("no-prompting", { base: name, why: `it is an ${shape ?? "other model"}` });
    const tokenizer = await this.options.datasets.tokenizer(base);
    const engine = await this.options.engines.engine();
    const key = `prompted ${base.hash} ${String(settings.writes)}`;
    const open = (): Promise<OpenModel> =>
      openPrompted(engine, plan, base, { home: s.folder, writes: settings.writes });
    const { model } = this.open.get(key, engine) ?? (await this.open.add(key, engine, base.hash, open));
    if (model.mute !== null) throw new CodedError("no-prompting", { base: name, why: model.mute });
    return promptedBaseOf(await openPromptableBase(plan, base, tokenizer, model.session));
  }

  /** Returns a trained model and what its programs are built from. */
  async opened(handle: ModelHandle, s: HostContext): Promise<OpenedRun> {
    const { weights, open, tokenizer } = await this.ready(handle, s);
    const { base } = await this.parts(weights.plan, s, weights.folder);
    const engine = await this.options.engines.engine(engineWorkOf(weights.plan, "inference"));
    const body = await trainedModelBody(weights.plan, base, weights.labels, s.folder);
    return { engine, open, weights, base, body, tokenizer };
  }

  close(): Promise<void> {
    return this.open.close();
  }
}

const madeKey = ({ recipeHash, made }: NonNullable<ModelPlan["trained"]>): string =>
  canonicalize({ recipeHash, made }) ?? "";

/** Returns the model's plan as trained, or as defined if it was never trained. */
export function modelPlanOf(handle: ModelHandle): ModelPlan {
  return handle.weights?.plan.recipe.model ?? handle.plan;
}
