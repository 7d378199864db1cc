/**
 * Where TensorFlow is in the cache, and whether it is complete. A build's folder has a stamp, written last: the size
 * and time of each file. Comparing them is immediate, so later starts do not reinstall anything.
 */
import { statSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cachePath } from "#kernel/fetch/cache.js";
import { objectWith, readJsonCacheFile, readJson, dictionaryOf, type Schema } from "#kernel/fetch/json.js";
import { PACKAGE_LIBRARY_VERSION, TENSORFLOW_VERSION, type TensorflowBuild } from "./versions.js";

export interface TensorflowInstallation {
  readonly version: string;
  readonly build: TensorflowBuild;
  /** `wheel`: from PyPI; `package`: the archive that tfjs-node-gpu itself would fetch. */
  readonly from: "wheel" | "package";
  readonly addon: string;
  readonly folder: string;
}

interface Stamp {
  readonly version: string;
  readonly build: TensorflowBuild;
  readonly from: "wheel" | "package";
  readonly source: string;
  /** The last addon that was compiled and has computed a product; earlier ones are among `files`. */
  readonly addon?: string;
  readonly files: Readonly<Record<string, readonly [size: number, time: number]>>;
}

const stampSchema: Schema<Stamp> = objectWith({
  version: v.string(),
  build: v.picklist(["cpu", "gpu"]),
  from: v.picklist(["wheel", "package"]),
  source: v.string(),
  addon: v.exactOptional(v.string()),
  files: dictionaryOf(v.tuple([v.number(), v.number()])),
});

/** The folder of one build; `cache` overrides the cache's root. */
export function buildFolderPath(
  from: "wheel" | "package",
  version: string,
  build: TensorflowBuild,
  cache?: string,
): string {
  const name = `${version}-${build}${from === "package" ? "-package" : ""}`;
  return cache === undefined ? cachePath("tensorflow", name) : join(cache, "tensorflow", name);
}

/**
 * The best TensorFlow that is ready, or null. With `build` null, the order is the GPU build, the CPU build, the
 * package's build.
 */
export function findTensorflow(
  key: string,
  build: TensorflowBuild | null = null,
  cache?: string,
): TensorflowInstallation | null {
  for (const b of build === null ? (["gpu", "cpu"] as const) : [build])
    for (const folder of [
      buildFolderPath("wheel", TENSORFLOW_VERSION, b, cache),
      buildFolderPath("package", PACKAGE_LIBRARY_VERSION, b, cache),
    ]) {
      const stamp = readStamp(folder);
      const addon = join(folder, addonPath(key));
      // Packages of other versions on this machine have their own addons in the same folder.
      if (stamp?.addon !== undefined && addonPath(key) in stamp.files && isWhole(folder, stamp))
        return { version: stamp.version, build: stamp.build, from: stamp.from, addon, folder };
    }
  return null;
}

export function addonPath(key: string): string {
  return join(`addon-${key}`, "tfjs_binding.node");
}

/** Whether all libraries of a folder are present and unchanged. */
export function areLibrariesReady(folder: string, source: string | null = null): boolean {
  const stamp = readStamp(folder);
  return (
    stamp !== null &&
    (source === null || stamp.source === source) &&
    isWhole(folder, { ...stamp, files: withoutAddon(stamp.files) })
  );
}
const withoutAddon = (files: Stamp["files"]): Stamp["files"] =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith("addon-")));

/** Reads the stamp; null if it is missing or truncated, which triggers a rebuild. */
function readStamp(folder: string): Stamp | null {
  return readJsonCacheFile(join(folder, "stamp.json"), stampSchema);
}

function isWhole(folder: string, stamp: Stamp): boolean {
  return Object.entries(stamp.files).every(([path, [size, time]]) => {
    const s = statSync(join(folder, path), { throwIfNoEntry: false });
    return s !== undefined && s.size === size && Math.abs(s.mtimeMs - time) < 2;
  });
}

/** Writes the stamp of all files in the folder. */
export async function writeStamp(folder: string, stamp: Omit<Stamp, "files">): Promise<void> {
  const files: Record<string, readonly [number, number]> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === "stamp.json") continue;
    const path = join(entry.parentPath, entry.name);
    const s = await stat(path);
    files[path.slice(folder.length + 1)] = [s.size, s.mtimeMs];
  }
  await writeFile(join(folder, "stamp.json"), JSON.stringify({ ...stamp, files }, null, 1));
}

export async function stampAddon(folder: string, addon: string): Promise<void> {
  const stamp = readJson(join(folder, "stamp.json"), stampSchema);
  await writeStamp(folder, {
    version: stamp.version,
    build: stamp.build,
    from: stamp.from,
    source: stamp.source,
    addon,
  });
}

export async function removeBuild(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
