/** The session's models by name: defining, loading and saving them. */
import canonicalize from "canonicalize";
import { resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Recipe } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf, type DataPlan, type ModelPlan } from "#dsl/language/types/value.js";
import { displayableLandscape, type DisplayableLandscape } from "../display/landscape.js";
import { plainHostContext, type HostContext } from "../host/host-context.js";
import { computeLandscape, type LandscapeSplit } from "../models/landscape.js";
import type { LandscapeOptions } from "../models/landscape-options.js";
import { loadRunWeights } from "../models/loaded-run.js";
import { writeMergedFolder } from "../models/merged-folder.js";
import { ModelHandle, modelPlanOf, modelTypeText } from "../models/model-handle.js";
import type { SaveOptions } from "../models/save-options.js";
import { withWriteErrors } from "../models/save-replace.js";
import { type SavedModel, writeSavedModel } from "../models/saved-model.js";
import type { MergedModel } from "../runs/folders/merged.js";
import { weightsRecipeHash } from "../runs/weights.js";
import type { DatasetCache } from "./answers/dataset-cache.js";
import { outputPathFor, type NameSink, type SessionOptions } from "./execution-context.js";
import { ModelRequests, type RequestSession } from "./model-requests.js";

/** Parts of the session that the registry depends on. */
export interface RegistrySession extends RequestSession {
  readonly options: Pick<SessionOptions, "folder" | "verifying">;
  readonly names: NameSink;
  readonly data: ReadonlyMap<string, DataPlan>;
  readonly datasets: DatasetCache;
}

export class ModelRegistry {
  private readonly handles = new Map<string, ModelHandle>();
  /** Predictions and other work, one at a time. */
  readonly requests: ModelRequests;

  constructor(private readonly session: RegistrySession) {
    this.requests = new ModelRequests(session);
  }

  /** Defines or redefines a model: the same definition keeps its weights, a changed one drops them. */
  define(plan: ModelPlan, as = plan.name): ModelHandle {
    const known = this.handles.get(as);
    if (known && canonicalize(identityOf(known.plan)) === canonicalize(identityOf(plan))) return known;
    const handle = this.unnamed(plan, as);
    this.handles.set(as, handle);
    // A sweep's best trial (`NAME.best`) is not a TypeScript name.
    if (!as.includes(".")) this.session.names.define(as, handle, modelTypeText(plan));
    return handle;
  }

  /** Defines a model with the weights of an earlier run. */
  load(plan: ModelPlan, run: string): ModelHandle {
    const handle = this.define(plan);
    handle.weights ??= loadRunWeights(run);
    return handle;
  }

  /** Returns a handle without a name in the notebook, for a trial of a sweep. */
  unnamed(plan: ModelPlan, title: string): ModelHandle {
    return new ModelHandle(title, plan, {
      answer: (model, texts) => this.requests.predict(model, texts),
      write: (model, prompts, writing) => this.requests.write(model, prompts, { ...writing, batch_size: 8 }),
      merge: (model, folder, options) => this.merge(model, folder, options),
      save: (model, folder, options) => this.save(model, folder, options),
      landscape: (model, others, options) => this.landscape(model, others, options),
    });
  }

  get(name: string): ModelHandle {
    const handle = this.handles.get(name);
    if (!handle) throw new CodedError("not-trained", { model: name });
    return handle;
  }

  trained(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.handles].flatMap(([name, h]) => (h.weights?.complete ? [[name, weightsRecipeHash(h.weights)]] : [])),
    );
  }

  /** Returns the recipes of all trained models by name. */
  recipes(): Readonly<Record<string, Recipe>> {
    return Object.fromEntries(
      [...this.handles].flatMap(([name, { weights }]) =>
        weights?.complete ? [[name, weights.plan.recipe] as const] : [],
      ),
    );
  }

  /** Returns the run folder and recipe hash of each name that has weights. */
  weighed(): Readonly<Record<string, { readonly run: string; readonly recipeHash: string }>> {
    return Object.fromEntries(
      [...this.handles].flatMap(([name, { weights }]) =>
        weights?.complete ? [[name, { run: weights.folder, recipeHash: weightsRecipeHash(weights) }]] : [],
      ),
    );
  }
  /** Gives a name the weights that it had in another session. */
  restore(name: string, run: string, recipeHash: string): void {
    const weights = loadRunWeights(run);
    this.define(weights.plan.recipe.model, name).weights = { ...weights, recipeHash };
  }

  /** Writes a trained model as a plain folder; see merged-folder.ts. */
  merge(
    handle: ModelHandle,
    folder: string,
    options: SaveOptions = {},
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<MergedModel> {
    return this.requests.inTurn(handle, s, (opened) =>
      withWriteErrors(outputPathFor(this.session, resolve(s.folder, folder)), (to) =>
        writeMergedFolder(to, opened, options),
      ),
    );
  }

  /** Writes the trained weights as a folder with a card; see kernel/models/saved-model.ts. */
  save(
    handle: ModelHandle,
    folder: string,
    options: SaveOptions = {},
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<SavedModel> {
    return this.requests.inTurn(handle, s, (opened) =>
      withWriteErrors(outputPathFor(this.session, resolve(s.folder, folder)), (to) =>
        writeSavedModel(to, opened, options),
      ),
    );
  }

  /**
   * Computes the loss around a model in weight space; see landscape.ts. Throws the coded errors `not-trained`,
   * `bad-option` and those of data.
   */
  async landscape(
    handle: ModelHandle,
    others: readonly ModelHandle[],
    options: Required<LandscapeOptions>,
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<DisplayableLandscape> {
    for (const one of others) {
      await one.weights?.settled;
      if (!one.trained) throw new CodedError("not-trained", { model: one.name });
    }
    const rows = await Promise.all(options.on.map((on) => rowsNamed(this.session, on, handle, s)));
    return this.requests.inTurn(handle, s, async (opened) => {
      try {
        return displayableLandscape(await computeLandscape(opened, handle, others, rows, options));
      } finally {
        // The engine now has other weights, so the next request must reopen the model.
        await this.session.weights.forget(opened.weights.folder);
      }
    });
  }
}

/** Finds the rows named for example `german.test`. Throws the coded error `bad-option` and those of data. */
async function rowsNamed(
  session: RegistrySession,
  on: string,
  model: ModelHandle,
  s: HostContext,
): Promise<LandscapeSplit> {
  const [name = "", split = ""] = on.split(".");
  const data = session.data.get(name);
  const bad = (wanted: string): never => {
    throw new CodedError("bad-option", { name: "on", got: JSON.stringify(on), wanted });
  };
  if (!data) return bad(`data of this notebook: ${[...session.data.keys()].join(", ")}`);
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(modelPlanOf(model)), s);
  if (!prepared.splits[split])
    return bad(
      `data and a split that is held in memory: ${Object.keys(prepared.splits)
        .map((one) => `\`${name}.${one}\``)
        .join(", ")}`,
    );
  return { on, data, prepared, split };
}

/**
 * Returns the parts of a definition that identify a model. For a model from scratch the tokenizer's data are left out,
 * since they are known only at training.
 */
function identityOf(plan: ModelPlan): ModelPlan {
  return plan.scratch ? { ...plan, baseHash: null, scratch: { ...plan.scratch, data: null } } : plan;
}
