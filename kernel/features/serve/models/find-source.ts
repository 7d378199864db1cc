/** Detects the type of a served folder: a run, the output of `deploy`, or a transformers folder. */
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { DEPLOYMENT_FILE } from "../../../deployments/deployment.js";
import { isRunFolder } from "../../../runs/history/damage.js";
import { findRun } from "../../../runs/history/find-run.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { findDeploymentSource } from "./deployment-source.js";
import { findTransformersSource } from "./transformers-source.js";
import { findRunSource } from "./run-source.js";
import type { ModelSource } from "./model-source.js";

/**
 * `home`: folder that relative paths start from. A path that does not exist is looked up among the runs, as in `load`.
 * Coded errors: those of each type.
 */
export async function findModelSource(path: string, home: string, datasets: DatasetCache): Promise<ModelSource> {
  const folder = resolve(home, path);
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return findRunSource(runNamed(path, home), datasets);
  if (!stats.isDirectory()) throw new CodedError("folder-not-served", { folder, why: "it is a file" });
  if (existsSync(join(folder, DEPLOYMENT_FILE)))
    return findDeploymentSource(folder, basename(folder), { datasets, home });
  if (isRunFolder(folder)) return findRunSource(folder, datasets);
  if (existsSync(join(folder, "adapter_config.json")) && !existsSync(join(folder, "config.json")))
    throw new CodedError("folder-not-served", { folder, why: "it holds an adapter, and doesn't say of which task" });
  if (existsSync(join(folder, "config.json"))) return findTransformersSource(folder, basename(folder), datasets);
  throw new CodedError("folder-not-served", { folder, why: "it holds no run and no model" });
}

/** Coded error `folder-not-served` if no run has that name. */
function runNamed(path: string, home: string): string {
  try {
    return findRun(path, { folder: home, runs: resolve(home, "runs") }).path;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "run-not-found") throw error;
    const why = "there is no such folder, and no run of that name";
    throw new CodedError("folder-not-served", { folder: path, why }, { cause: error });
  }
}
