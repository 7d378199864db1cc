/** Bases on this machine: those in packages and in the hub's cache, and one that is fetched if there are none. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CachedHubRepository, hubCacheFolder } from "../../../bases/cache.js";
import { convertedGgufFolder } from "../../../bases/gguf/convert.js";
import { packagedBases, findPackagedBase, type PackagedBase } from "../../../bases/packages.js";
import { cachePath } from "../../../fetch/cache.js";

/** By the names that programs use. */
export async function availableBases(): Promise<readonly string[]> {
  const [usual] = packagedBases;
  const packaged = packagedBases.filter((base) => base === usual || isHere(base)).map(nameOf);
  const cached = await cachedNames(hubCacheFolder());
  return [...packaged, ...cached.filter((name) => !findPackagedBase(name))];
}

const nameOf = ({ names }: PackagedBase): string => names.toSorted((a, b) => a.length - b.length)[0] ?? "";

function isHere({ project, version, gguf, files }: PackagedBase): boolean {
  const checksum = gguf === undefined ? undefined : files[gguf];
  return existsSync(
    checksum === undefined ? cachePath("bases", `${project}-${version}`) : convertedGgufFolder(checksum),
  );
}

async function cachedNames(cache: string): Promise<readonly string[]> {
  const folders = await readdir(cache).catch(() => []);
  const names = folders.flatMap((folder) => {
    const [, name] = /^models--(.+)$/.exec(folder) ?? [];
    return name === undefined ? [] : [name.replace("--", "/")];
  });
  const whole = await Promise.all(names.map((name) => isWhole(name, cache)));
  return names.filter((_, i) => whole[i]).sort();
}

async function isWhole(name: string, cache: string): Promise<boolean> {
  const model = new CachedHubRepository(name, "main", cache);
  const commit = await model.commit();
  if (commit === null) return false;
  const has = (file: string): boolean => existsSync(join(model.snapshot(commit), file));
  return has("config.json") && (has("model.safetensors") || has("model.safetensors.index.json"));
}
