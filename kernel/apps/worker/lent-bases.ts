/** Bases of an order, opened where a worker has their files. */
import { isAbsolute } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { registry } from "#stdlib/registry.js";
import { openBase } from "../../bases/open.js";
import type { TrainingOrder } from "../../remote/coordinator/rank-order.js";
import { pathBelowFolder } from "../../remote/coordinator/file-store.js";
import type { OpenSession } from "../../session/open-session.js";
import type { HostContext } from "../../host/host-context.js";

/** The parts of a worker's session that bases are registered with. */
interface BaseBorrower {
  readonly session: Pick<OpenSession, "weights" | "datasets">;
  readonly hostContext: HostContext;
}

/**
 * Registers bases at the paths where their files were placed, whatever their names would resolve to on this machine.
 */
export async function registerLentBases(
  order: TrainingOrder,
  root: string,
  { session, hostContext }: BaseBorrower,
  worker: string,
) {
  for (const { plan } of order.plans) {
    const { model, data } = plan.recipe;
    const base = order.bases.find(({ hash }) => hash === model.baseHash);
    if (root !== "") demandRelative([data.source, data.annotations?.file], worker);
    if (!base || (root === "" && !model.trained)) continue;
    const opened = await openBase(root === "" ? base.folder : pathBelowFolder(root, base.folder), "folder", registry);
    if (model.trained) session.weights.trainedBases.lend(model.trained.recipeHash, opened);
    // A trained model uses the tokenizer of the first model in its line, whose folder has it.
    const { name, folder } = model.trained?.from ?? { name: model.base, folder: model.folder };
    if (root !== "") session.datasets.lend({ name, folder }, hostContext, opened);
  }
}

/** Rejects absolute paths in sources. Coded error `absolute-elsewhere`. */
function demandRelative(value: unknown, worker: string): void {
  if (typeof value === "string" && isAbsolute(value))
    throw new CodedError("absolute-elsewhere", { path: value, worker });
  if (Array.isArray(value)) for (const part of value) demandRelative(part, worker);
  if (!isRecord(value)) return;
  // A query names its files within its text.
  if (isCall(value) && value.kind === "source")
    demandRelative(registry.find("source", value.word)?.capabilities?.fileNames?.(value), worker);
  for (const part of Object.values(value)) demandRelative(part, worker);
}
