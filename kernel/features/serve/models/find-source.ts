/**
 * Detects the type of a served folder (a run, the output of `deploy`, or a transformers folder), and stamps its files to
 * detect changes.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { DEPLOYMENT_FILE } from "../../../deployments/deployment.js";
import { isRunFolder } from "../../../runs/history/damage.js";
import { findRun } from "../../../runs/history/find-run.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { modelSourceOfDeployment } from "./deployment-source.js";
import { findTransformersSource } from "./transformers-source.js";
import { findRunSource } from "./run-source.js";
import type { ModelSource } from "./model-source.js";

/** The source, and a stamp taken before the inspection: later changes give another stamp. */
export async function findModelSourceWithStamp(
  path: string,
  home: string,
  datasets: DatasetCache,
): Promise<{ one: ModelSource; stamp: string }> {
  const folder = resolve(home, path);
  const before = folderStampOf(folder);
  const one = await findModelSource(path, home, datasets);
  return { one, stamp: one.folder === folder ? before : folderStampOf(one.folder) };
}

/**
 * `home`: folder that relative paths start from. A path that does not exist is looked up among the runs, as in `load`.
 * Coded errors: those of each type.
 */
async function findModelSource(path: string, home: string, datasets: DatasetCache): Promise<ModelSource> {
  const folder = resolve(home, path);
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return findRunSource(runNamed(path, home), datasets);
  if (!stats.isDirectory()) throw new CodedError("folder-not-served", { folder, why: "it is a file" });
  if (existsSync(join(folder, DEPLOYMENT_FILE)))
    return modelSourceOfDeployment(folder, basename(folder), { datasets, home });
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

/** Names, sizes and times of all files. Unreadable files count as missing. */
export function folderStampOf(folder: string): string {
  const names = safely(() => readdirSync(folder, { recursive: true, encoding: "utf8" })) ?? [];
  const stamps = names.sort().flatMap((name) => {
    const stats = safely(() => statSync(join(folder, name)));
    return stats?.isFile() ? [`${name} ${String(stats.size)} ${String(stats.mtimeMs)}`] : [];
  });
  return stamps.join("\n");
}

function safely<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
