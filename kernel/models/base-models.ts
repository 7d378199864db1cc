/** Base models that are open without a training: the untrained models of a session, and bases for prompts. */
import canonicalize from "canonicalize";
import { canServeUntrained, writesText } from "#dsl/compiler/plan/batches.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf, type DataPlan, type ModelPlan } from "#dsl/language/types/value.js";
import type { PromptedBase } from "#stdlib/contenders/shared/prompting/prompted-base.js";
import { registry } from "#stdlib/registry.js";
import type { BaseModel } from "../bases/base.js";
import { usesTokenTypes } from "../bases/token-types.js";
import type { EngineManager } from "../engines/manager/engine-manager.js";
import type { HostContext } from "../host/host-context.js";
import { openPromptableBase, promptedModelPlan } from "../inference/prompted/prompt-context.js";
import { promptedBaseOf } from "../inference/prompted/prompted-base.js";
import type { BaseSource } from "./base-cache.js";
import type { OpenModel } from "./open-model.js";
import type { OpenModelCache } from "./open-models.js";
import { openPrompted, openUntrained } from "./untrained-model.js";

/** Parts of the session that base models depend on. */
interface BaseModelSession {
  readonly datasets: BaseSource;
  readonly engines: EngineManager;
  readonly open: OpenModelCache;
}

export class BaseModels {
  constructor(private readonly options: BaseModelSession) {}

  /** Returns the labels of an untrained model, from its base's own head; undefined if it cannot predict. */
  async labels(plan: ModelPlan, s: HostContext): Promise<readonly string[] | undefined> {
    if (plan.scratch || plan.trained) return undefined;
    if (canServeUntrained(registry, plan.task) || writesText(registry, plan.task)) return [];
    const { facts } = await this.options.datasets.base(dataReadingSettingsOf(plan), s);
    return facts.heads?.[plan.task.word];
  }

  /** Returns an untrained model: its base, with the head that the base has for these labels. */
  async untrained(
    plan: ModelPlan,
    base: BaseModel,
    s: HostContext,
    { labels, data }: { readonly labels: readonly string[]; readonly data: DataPlan },
  ): Promise<OpenModel> {
    const engine = await this.options.engines.engine();
    const types = await usesTokenTypes({ recipe: { model: plan, data } }, base);
    const roles = Object.keys(data.columns);
    const key = `untrained ${canonicalize({ ...plan, name: "", types, roles }) ?? ""}`;
    const open = (): Promise<OpenModel> =>
      openUntrained(engine, plan, base, { home: s.folder, labels: labels.length, types, roles });
    return (this.options.open.get(key, engine) ?? (await this.options.open.add(key, engine, base.hash, open))).model;
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
    const base = await this.options.datasets.base(dataReadingSettingsOf(plan), s);
    const shape = registry.find("model", base.facts.family)?.capabilities?.shape;
    if (shape !== "decoder")
      throw new CodedError("no-prompting", { base: name, why: `it is an ${shape ?? "other model"}` });
    const tokenizer = await this.options.datasets.tokenizer(base);
    const engine = await this.options.engines.engine();
    const key = `prompted ${base.hash} ${String(settings.writes)}`;
    const open = (): Promise<OpenModel> =>
      openPrompted(engine, plan, base, { home: s.folder, writes: settings.writes });
    const { model } = this.options.open.get(key, engine) ?? (await this.options.open.add(key, engine, base.hash, open));
    if (model.mute !== null) throw new CodedError("no-prompting", { base: name, why: model.mute });
    return promptedBaseOf(await openPromptableBase(plan, base, tokenizer, model.session));
  }
}
