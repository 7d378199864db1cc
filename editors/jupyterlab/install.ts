/**
 * Installs the built JupyterLab extension: copies the folder to `DATA/labextensions/tunebook-lab`, where Jupyter
 * searches. JupyterLab reads that folder on each page load, so no restart is needed. The folder is complete or absent
 * at any moment.
 */
import { randomUUID } from "node:crypto";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { objectWith, readJsonCacheFile } from "#kernel/fetch/json.js";

const name = "tunebook-lab";
const built = fileURLToPath(new URL("../../lab/labextension/", import.meta.url));

/** `kept`: the same build was already installed. Throws `lab-extension-not-built`, `lab-extension-not-written`. */
export async function installLabExtension(
  jupyterDataFolder: string,
  source = built,
): Promise<{ readonly folder: string; readonly kept: boolean }> {
  const made = madeOf(source);
  if (made === undefined) throw new CodedError("lab-extension-not-built", { folder: source });
  const parent = join(jupyterDataFolder, "labextensions");
  const folder = join(parent, name);
  if (madeOf(folder) === made) return { folder, kept: true };
  const fresh = join(parent, `.${name}-${randomUUID()}`);
  const old = `${fresh}-old`;
  try {
    await mkdir(parent, { recursive: true });
    await cp(source, fresh, { recursive: true });
    await rename(folder, old).catch(ignoreMissing);
    await rename(fresh, folder);
  } catch (error) {
    await rename(old, folder).catch(() => undefined); // fails if there was none, or if another process was first
    if (madeOf(folder) === made) return { folder, kept: true };
    throw new CodedError("lab-extension-not-written", { folder, reason: (error as Error).message }, { cause: error });
  } finally {
    for (const rest of [fresh, old]) await rm(rest, { recursive: true, force: true }).catch(() => undefined);
  }
  return { folder, kept: false };
}

/** Removes the extension; returns whether it was installed. */
export async function uninstallLabExtension(jupyterDataFolder: string): Promise<boolean> {
  const folder = join(jupyterDataFolder, "labextensions", name);
  if (madeOf(folder) === undefined) return false;
  await rm(folder, { recursive: true, force: true });
  return true;
}

/** Hash of the inputs of an installed or built extension; undefined if the folder is missing or incomplete. */
function madeOf(folder: string): string | undefined {
  return readJsonCacheFile(join(folder, "package.json"), objectWith({ made: v.string() }))?.made;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
