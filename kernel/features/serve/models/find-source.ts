/** What a folder that is to be served is: a run, what `deploy` wrote, or a folder of transformers. */
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { DEPLOYMENT } from "../../../deployments/deployment.js";
import { isRunFolder } from "../../../runs/history/damage.js";
import { findRun } from "../../../runs/history/find-run.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { foundDeployment } from "./deployment-source.js";
import { foundPlain } from "./transformers-source.js";
import { foundRun } from "./run-source.js";
import type { Found } from "./model-source.js";

/** `home`: where a relative folder starts. What isn't there is looked for among the runs, as `load` does. Coded errors: those of each sort. */
export async function find(path: string, home: string, datasets: DatasetCache): Promise<Found> {
  const folder = resolve(home, path);
  const at = statSync(folder, { throwIfNoEntry: false });
  if (!at) return foundRun(runNamed(path, home), datasets);
  if (!at.isDirectory()) throw new CodedError("folder-not-served", { folder, why: "it is a file" });
  if (existsSync(join(folder, DEPLOYMENT))) return foundDeployment(folder, basename(folder), { datasets, home });
  if (isRunFolder(folder)) return foundRun(folder, datasets);
  if (existsSync(join(folder, "adapter_config.json")) && !existsSync(join(folder, "config.json")))
    throw new CodedError("folder-not-served", { folder, why: "it holds an adapter, and doesn't say of which task" });
  if (existsSync(join(folder, "config.json"))) return foundPlain(folder, basename(folder), datasets);
  throw new CodedError("folder-not-served", { folder, why: "it holds no run and no model" });
}

/** Coded error `folder-not-served` where nothing is called so. */
function runNamed(path: string, home: string): string {
  try {
    return findRun(path, { folder: home, runs: resolve(home, "runs") }).path;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "run-not-found") throw error;
    const why = "there is no such folder, and no run of that name";
    throw new CodedError("folder-not-served", { folder: path, why }, { cause: error });
  }
}
