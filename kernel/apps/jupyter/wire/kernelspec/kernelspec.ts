/**
 * The kernel specification: the folder by which Jupyter finds this kernel. It is written next to its final path and
 * renamed, so that it is complete or missing; a folder that another program wrote is never touched.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { objectWith, readHint } from "../../../../fetch/json.js";
import { version } from "../../../../session/version.js";
import { logoPng, logoSvg } from "./logo.js";
import type { Json } from "../message.js";

const entry = fileURLToPath(new URL("../main.js", import.meta.url));

export interface InstalledKernel {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  /** False if the program or the file that it names no longer exists. */
  readonly works: boolean;
}

/**
 * Writes the specification to a Jupyter data folder; returns its folder. Throws `kernel-name`, `kernel-not-ours`,
 * `folder-unwritable`.
 */
export function installKernelspec(dataFolder: string, name: string): string {
  const folder = folderOf(dataFolder, name);
  if (existsSync(folder) && !readKernel(folder)) throw new CodedError("kernel-not-ours", { folder });
  const fresh = join(dataFolder, "kernels", `.${name}.${String(process.pid)}`);
  try {
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, "kernel.json"), `${JSON.stringify(specification(), null, 2)}\n`);
    writeFileSync(join(fresh, "logo-svg.svg"), logoSvg);
    for (const size of [32, 64]) writeFileSync(join(fresh, `logo-${String(size)}x${String(size)}.png`), logoPng(size));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (error) {
    // the cause of the failed write may also prevent removal
    if (existsSync(fresh)) rmSync(fresh, { recursive: true, force: true });
    throw new CodedError(
      "folder-unwritable",
      { folder: dataFolder, problem: (error as Error).message },
      { cause: error },
    );
  }
  return folder;
}

/** Removes the specification; returns its folder. Throws `kernel-not-installed`, `kernel-not-ours`, `folder-unwritable`. */
export function uninstallKernelspec(dataFolder: string, name: string): string {
  const folder = folderOf(dataFolder, name);
  if (!existsSync(folder)) throw new CodedError("kernel-not-installed", { name, looked: [dataFolder] });
  if (!readKernel(folder)) throw new CodedError("kernel-not-ours", { folder });
  try {
    rmSync(folder, { recursive: true });
  } catch (error) {
    throw new CodedError("folder-unwritable", { folder, problem: (error as Error).message }, { cause: error });
  }
  return folder;
}

/** Tunebook's kernels under these data folders. */
export function installedKernels(dataFolders: readonly string[]): readonly InstalledKernel[] {
  return dataFolders.flatMap((dataFolder) => {
    const kernels = join(dataFolder, "kernels");
    const names = existsSync(kernels) ? readdirSync(kernels).filter((name) => !name.startsWith(".")) : [];
    return names.sort().flatMap((name) => readKernel(join(kernels, name), name) ?? []);
  });
}

function specification(): Json {
  return {
    argv: [process.execPath, entry, "{connection_file}"],
    display_name: "Tunebook (TypeScript, Tune)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false, tunebook: { version } },
  };
}

function folderOf(dataFolder: string, name: string): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) throw new CodedError("kernel-name", { name });
  return join(dataFolder, "kernels", name);
}

/** The fields of kernel.json that are read; another program's has no `tunebook`. */
const ours = objectWith({
  argv: v.array(v.string()),
  metadata: objectWith({ tunebook: objectWith({ version: v.string() }) }),
});

/** Reads the kernel.json of a folder, if Tunebook wrote it. */
function readKernel(folder: string, name = ""): InstalledKernel | undefined {
  const found = readHint(join(folder, "kernel.json"), ours);
  if (!found) return undefined;
  const { argv, metadata } = found;
  const works = argv.slice(0, 2).every((file) => existsSync(file));
  return { name, folder, version: metadata.tunebook.version, works };
}
