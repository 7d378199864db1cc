/**
 * The weights behind the session's models: their bases and the models open in the engine. Closed models are reopened
 * from their checkpoint.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf, type DataPlan, type ModelPlan } from "#dsl/language/types/value.js";
import type { ObjectiveOptions } from "#stdlib/programs/options.js";
import type { BaseModel } from "../bases/base.js";
import type { ModelAndDataPlan } from "../bases/token-types.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { EngineManager } from "../engines/manager/engine-manager.js";
import { engineWorkOf } from "../engines/engine-work.js";
import type { HostContext } from "../host/host-context.js";
import type { OpenModelForPrediction } from "../inference/input-texts.js";
import { BaseModels } from "../models/base-models.js";
import { modelPlanOf, type ModelHandle } from "../models/model-handle.js";
import { openModelOfPlan, type OpenModel } from "../models/open-model.js";
import { OpenModelCache } from "../models/open-models.js";
import type { OpenedRun } from "../models/opened-run.js";
import { trainedModelBody, frozenWeightStoreId, type ModelOpener } from "../models/program-parts.js";
import { TrainedBases } from "../models/trained-bases.js";
import type { TrainedWeights } from "../runs/weights.js";
import type { DatasetCache } from "./answers/dataset-cache.js";

/** Parts of the session that the cache depends on. */
interface Around {
  readonly datasets: DatasetCache;
  readonly engines: EngineManager;
  /** Throws the coded error `not-trained`. */
  readonly handle: (name: string) => ModelHandle;
}

/** Data plan for predictions on texts that belong to no data set. */
export const NO_DATA_PLAN: DataPlan = {
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
export const NO_DATA_PAIR_PLAN: DataPlan = { ...NO_DATA_PLAN, columns: { text: "text", text_pair: "text_pair" } };

/** A model that is open in the engine, and how its rows are tokenized. */
export interface PredictableModel extends Omit<OpenModelForPrediction, "session"> {
  /** Tokens of a packed row; null if each row is one text. */
  readonly packed: number | null;
  readonly open: OpenModel;
}

export class ModelCache {
  /** Open models by the run folder of their weights. */
  private readonly open = new OpenModelCache();
  /** Bases made of models that were trained. */
  readonly trainedBases: TrainedBases;
  /** Base models that were not trained. */
  readonly baseModels: BaseModels;

  constructor(private readonly options: Around) {
    this.trainedBases = new TrainedBases({
      handle: options.handle,
      ready: (handle, s) => this.ready(handle, s),
      opened: (handle, s) => this.opened(handle, s),
    });
    this.baseModels = new BaseModels({ ...options, open: this.open });
  }

  /**
   * Returns the base and tokenizer of a plan.
   * @param run folder of the weights trained with this plan
   */
  async parts(
    plan: ModelAndDataPlan,
    s: HostContext,
    run?: string,
  ): Promise<{ readonly base: BaseModel; readonly tokenizer: Tokenizer }> {
    return this.partsOf(plan.recipe.model, s, run);
  }

  private async partsOf(
    model: ModelPlan,
    s: HostContext,
    run?: string,
  ): Promise<{ readonly base: BaseModel; readonly tokenizer: Tokenizer }> {
    const base = model.trained
      ? await this.trainedBases.of(model, model.trained, s, run)
      : await this.options.datasets.base(dataReadingSettingsOf(model), s);
    // The data of the base's tokenizer may have changed since the weights were trained.
    if (model.scratch && model.baseHash !== null && base.hash !== model.baseHash)
      throw new CodedError("changed-since-trained", { model: model.name });
    return { base, tokenizer: await this.options.datasets.tokenizer(base) };
  }

  /**
   * Opens a new model from its base for training, and closes the model that was open for this folder.
   * @param opens makes the model's programs; such a model is not cached, its caller decides how long it stays open
   */
  async fresh(
    folder: string,
    plan: Plan,
    base: BaseModel,
    labels: readonly string[],
    home: string,
    {
      opens,
      objective,
    }: { readonly opens?: ModelOpener | undefined; readonly objective?: ObjectiveOptions | undefined } = {},
  ): Promise<OpenModel> {
    const engine = await this.options.engines.engine(engineWorkOf(plan));
    if (opens)
      return this.open.lend(folder, engine, await openModelOfPlan(engine, plan, base, labels, home, opens, objective));
    const store = await frozenWeightStoreId(plan.recipe.model, base);
    const open = (): Promise<OpenModel> => openModelOfPlan(engine, plan, base, labels, home, undefined, objective);
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
    const { folder } = weights;
    const { base, tokenizer } = await this.parts(weights.plan, s, folder);
    const engine = await this.options.engines.engine(engineWorkOf(weights.plan, "inference"));
    const open =
      this.open.get(folder, engine) ??
      (await this.open.add(folder, engine, await frozenWeightStoreId(weights.plan.recipe.model, base), () =>
        openModelOfPlan(engine, weights.plan, base, weights.labels, s.folder),
      ));
    await this.open.load(folder, open, weights);
    return { weights, open: open.model, tokenizer };
  }

  /**
   * Returns a model that predicts on rows of these data: the trained one, or its untrained base if that supports the
   * task.
   */
  async askable(handle: ModelHandle, data: DataPlan, s: HostContext): Promise<PredictableModel> {
    const labels = handle.weights || handle.begun ? undefined : await this.baseModels.labels(handle.plan, s);
    if (labels === undefined) {
      const { weights, open, tokenizer } = await this.ready(handle, s);
      const { plan } = weights;
      const { base } = await this.parts(plan, s, weights.folder);
      const packed = plan.recipe.training.packing ? plan.recipe.model.max_length : null;
      return { plan, labels: weights.labels, packed, open, base, tokenizer };
    }
    const { base, tokenizer } = await this.partsOf(handle.plan, s);
    const open = await this.baseModels.untrained(handle.plan, base, s, { labels, data });
    return { plan: { recipe: { model: handle.plan, data } }, labels, packed: null, open, base, tokenizer };
  }

  /** Returns an open model that can generate text: the trained one, or its base if it was never trained. */
  async writer(handle: ModelHandle, s: HostContext) {
    await handle.weights?.settled;
    const { base, tokenizer } = await this.partsOf(modelPlanOf(handle), s, handle.weights?.folder);
    const open = handle.weights
      ? (await this.ready(handle, s)).open
      : await this.baseModels.untrained(handle.plan, base, s, { labels: [], data: NO_DATA_PLAN });
    if (open.mute !== null) throw new CodedError("no-generation", { model: handle.name, why: open.mute });
    return { open, base, tokenizer };
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
