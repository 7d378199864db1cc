/**
 * Where TensorFlow lies in the cache, and whether it is whole. A build's folder holds a stamp that is written last: the
 * size and time of each file. Comparing them takes no time, so that every later start is instant.
 */
import { statSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cachePath } from "#kernel/fetch/cache.js";
import { objectWith, readHint, readJson, dictionaryOf, type Schema } from "#kernel/fetch/json.js";
import { PACKAGE_LIBRARY_VERSION, TENSORFLOW_VERSION, type TensorflowBuild } from "./versions.js";

/** A TensorFlow that tfjs can load. */
export interface TensorflowInstallation {
  readonly version: string;
  readonly build: TensorflowBuild;
  /** `wheel`: PyPI's; `package`: what tfjs-node-gpu itself would fetch. */
  readonly from: "wheel" | "package";
  /** The addon's file (`.node`). */
  readonly addon: string;
  readonly folder: string;
}

interface Stamp {
  readonly version: string;
  readonly build: TensorflowBuild;
  readonly from: "wheel" | "package";
  /** What the libraries were made of. */
  readonly source: string;
  /** The last that was compiled and has computed a product; earlier ones are among the files. */
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

/** The best TensorFlow that is ready, or null. `build` null: the GPU build if it is there, else the CPU build, else the package's. */
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
      // Packages of other versions on this machine have addons of their own beside it.
      if (stamp?.addon !== undefined && addonPath(key) in stamp.files && isWhole(folder, stamp))
        return { version: stamp.version, build: stamp.build, from: stamp.from, addon, folder };
    }
  return null;
}

export function addonPath(key: string): string {
  return join(`addon-${key}`, "tfjs_binding.node");
}

/** Whether the libraries of a folder are all there, as they were written. */
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

/** Null: it is not there, or cut off; then the build is made again. */
function readStamp(folder: string): Stamp | null {
  return readHint(join(folder, "stamp.json"), stampSchema);
}

function isWhole(folder: string, stamp: Stamp): boolean {
  return Object.entries(stamp.files).every(([path, [size, time]]) => {
    const s = statSync(join(folder, path), { throwIfNoEntry: false });
    return s !== undefined && s.size === size && Math.abs(s.mtimeMs - time) < 2;
  });
}

/** Writes the stamp of everything that lies in the folder. */
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

/** Adds the finished addon to the stamp. */
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

/** Removes a build altogether. */
export async function removeBuild(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
