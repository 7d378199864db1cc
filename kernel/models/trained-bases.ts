/** Bases made of trained models: their weights as a base folder, and smaller bases that are derived from it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { BaseModel } from "../bases/base.js";
import { openBase } from "../bases/open.js";
import { makePrivate } from "../fetch/private.js";
import type { HostContext } from "../host/host-context.js";
import { derivedBaseFolder, writeDerivedBase } from "../runs/folders/made-folder.js";
import { MODEL_FILES, writeModelFolder } from "../runs/folders/model-folder.js";
import { effectiveBaseLicence } from "../runs/history/base-licence.js";
import { RunFolder } from "../runs/run-folder.js";
import { copyStagedFolder } from "../runs/staged-folder.js";
import { weightsRecipeHash } from "../runs/weights.js";
import { writeMergedFolder } from "./merged-folder.js";
import type { ModelHandle } from "./model-handle.js";
import type { OpenedRun } from "./opened-run.js";

/** The trained models of a session. */
interface TrainedModels {
  /** Throws the coded error `not-trained`. */
  readonly handle: (name: string) => ModelHandle;
  /** Opens a model with its weights. */
  readonly ready: (handle: ModelHandle, s: HostContext) => Promise<Pick<OpenedRun, "open">>;
  /** Opens a model with its weights and the parts of its programs. */
  readonly opened: (handle: ModelHandle, s: HostContext) => Promise<OpenedRun>;
}

export class TrainedBases {
  /** Folder of a trained model in base format → the checkpoint that was written there. */
  private readonly written = new Map<string, { readonly file: string; readonly base: BaseModel }>();
  /** Bases trained in other sessions, by their recipe hash. */
  private readonly lent = new Map<string, BaseModel>();
  /** Key of a derived base (recipe and call) → the folder where a run of this session stores it. */
  private readonly basePaths = new Map<string, string>();

  constructor(private readonly options: TrainedModels) {}

  /** Registers the weights of a model trained elsewhere as a base; its files were transferred by hash. */
  lend(recipeHash: string, base: BaseModel): void {
    this.lent.set(recipeHash, base);
  }

  /** Copies a base that was derived from another model's weights into the run that starts from it. */
  async keep(run: RunFolder, { trained }: ModelPlan, base: BaseModel): Promise<void> {
    if (!trained?.made) return;
    // The files of a derived base are replaced, never changed, so hard links are safe.
    await copyStagedFolder(base.folder, run.base);
    makePrivate(run.base);
    this.basePaths.set(madeKey(trained), run.base);
  }

  /**
   * Returns the base of a plan that starts from a trained model.
   * @param run folder of the weights trained with this plan, which may have a copy of a derived base
   */
  async of(
    model: ModelPlan,
    trained: NonNullable<ModelPlan["trained"]>,
    s: HostContext,
    run: string | undefined,
  ): Promise<BaseModel> {
    return (await this.keptBase(trained, run)) ?? (await this.trainedBase(model, s));
  }

  /**
   * Returns the weights of a model trained in this session as a base folder; writes the folder if it does not exist
   * yet.
   */
  private async trainedBase({ base: name, trained, name: modelName }: ModelPlan, s: HostContext): Promise<BaseModel> {
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
    await writeDerivedBase(folder, whole, { call: trained.made, licence: await effectiveBaseLicence(whole.folder) });
    makePrivate(join(folder, ".."));
    return this.wrote(folder, weights.checkpoint.file);
  }

  /** Returns the derived base stored in the run's folder; null if there is none or the folder is gone. */
  private async keptBase(
    { made }: NonNullable<ModelPlan["trained"]>,
    run: string | undefined,
  ): Promise<BaseModel | null> {
    const madeRun = made && run !== undefined ? RunFolder.open(run) : null;
    if (!madeRun || !existsSync(join(madeRun.base, MODEL_FILES.config))) return null;
    const base = await this.opensKept(madeRun.base);
    const noted = madeRun.lock();
    if (noted && noted.baseHash !== null && noted.baseHash !== base.hash)
      throw new CodedError("base-changed", { base: madeRun.base, run: madeRun.id });
    return base;
  }
  private async opensKept(folder: string): Promise<BaseModel> {
    return this.written.get(folder)?.base ?? this.wrote(folder, "");
  }

  /** Returns a trained model's weights as a base folder. */
  async asBase(handle: ModelHandle, s: HostContext): Promise<BaseModel> {
    const { weights } = handle;
    if (!weights?.complete) throw new CodedError("not-trained", { model: handle.name });
    const folder = RunFolder.open(weights.folder).model;
    const known = this.written.get(folder);
    if (known?.file === weights.checkpoint.file) return known.base;
    const { open } = await this.options.ready(handle, s);
    if (open.folder.whole) await writeModelFolder(folder, open.session, open.folder.whole);
    else await writeMergedFolder(folder, await this.options.opened(handle, s), { replace: true });
    return this.wrote(folder, weights.checkpoint.file);
  }

  private async wrote(folder: string, file: string): Promise<BaseModel> {
    const base = await openBase(folder, "folder", registry);
    this.written.set(folder, { file, base });
    return base;
  }
}

const madeKey = ({ recipeHash, made }: NonNullable<ModelPlan["trained"]>): string =>
  canonicalize({ recipeHash, made }) ?? "";
