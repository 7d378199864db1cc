/** Reopens a deployed transformers folder in the engine: the complete model, or its adapter over the base. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelPlan, Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { ADAPTER_FILES } from "../runs/folders/adapter-folder.js";
import { MODEL_FILES } from "../runs/folders/model-folder.js";
import { openBase } from "../bases/open.js";
import type { BaseModel } from "../bases/base.js";
import { usesTokenTypes, type ModelAndDataPlan } from "../bases/token-types.js";
import { modelAndDataPlanOf, type Deployment } from "../deployments/deployment.js";
import type { ReopenDeployment } from "../deployments/prove.js";
import type { Engine } from "../engines/engine.js";
import { openUntrained } from "./untrained-model.js";

/** The part of a deployed transformers folder to open: the complete model, or its adapter over the base. */
export interface ReopenedPlan {
  readonly base: BaseModel;
  readonly plan: ModelPlan;
  readonly reading: ModelAndDataPlan;
}
/** `baseFactsOf` returns the base of an adapter. Throws the coded error `deployment-unreadable` and those of bases. */
export async function reopenedPlan(
  folder: string,
  d: Deployment,
  baseOf: (d: Deployment) => Promise<BaseModel>,
): Promise<ReopenedPlan> {
  const alone = existsSync(join(folder, ADAPTER_FILES.config));
  if (!alone && !existsSync(join(folder, MODEL_FILES.weights)))
    throw new CodedError("deployment-unreadable", {
      file: join(folder, MODEL_FILES.weights),
      why: "it does not exist",
    });
  const base = alone ? await baseOf(d) : await openBase(folder, "folder", registry);
  const reading = modelAndDataPlanOf(d, folder);
  const { model } = reading.recipe;
  const technique: Call = alone
    ? { ...d.technique, arguments: { ...d.technique.arguments, from: folder } }
    : { word: "head_only", kind: "technique", arguments: {} };
  return { base, reading, plan: { ...model, technique } };
}

export function modelReopener(
  engineOf: () => Promise<Engine>,
  home: string,
  baseOf: (d: Deployment) => Promise<BaseModel>,
): ReopenDeployment {
  const reopen: (...given: Parameters<ReopenDeployment>) => ReturnType<ReopenDeployment> = async (folder, d) => {
    const engine = await engineOf();
    const { base, plan, reading } = await reopenedPlan(folder, d, baseOf);
    const types = await usesTokenTypes(reading, base);
    const open = await openUntrained(engine, plan, base, { home, labels: d.labels.length, types, roles: d.roles });
    return { session: open.session, engine, close: () => open.dispose() };
  };
  return Object.assign(reopen, { base: async (d: Deployment) => (await baseOf(d)).folder });
}
