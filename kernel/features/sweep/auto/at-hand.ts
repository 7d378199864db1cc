/** Bases that are on this machine: those that packages carry and the hub's folder holds, and one that is fetched where there are none. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CachedModel, hubCacheFolder } from "../../../bases/cache.js";
import { convertedGgufFolder } from "../../../bases/gguf/convert.js";
import { packagedBases, findPackagedBase, type PackagedBase } from "../../../bases/packages.js";
import { cachePath } from "../../../fetch/cache.js";

/** As programs name them. */
export async function availableBases(): Promise<readonly string[]> {
  const [usual] = packagedBases;
  const packaged = packagedBases.filter((base) => base === usual || isHere(base)).map(nameOf);
  const cached = await cachedNames(hubCacheFolder());
  return [...packaged, ...cached.filter((name) => !findPackagedBase(name))];
}

/** The shortest of its names. */
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
  const model = new CachedModel(name, "main", cache);
  const commit = await model.commit();
  if (commit === null) return false;
  const has = (file: string): boolean => existsSync(join(model.snapshot(commit), file));
  return has("config.json") && (has("model.safetensors") || has("model.safetensors.index.json"));
}
