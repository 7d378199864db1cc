/** One interface to the files of a data set in a folder or on the hub. */
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { filesMatching } from "#stdlib/platform/files.js";
import { readWholeFile } from "../../../fetch/regular.js";

export interface DataSetPlace {
  /** Absolute folder of the file names; null: the notebook's folder. */
  readonly root: string | null;
  /** Bytes of each file by path, sorted. */
  readonly files: ReadonlyMap<string, number>;
  /** Returns a file's path as used by a source. */
  named(file: string): string;
  /** Returns a file's text; null: it is missing, or too large for a card. */
  text(file: string): Promise<string | null>;
  /** Makes the files available locally. Throws the coded errors of downloads. */
  bring(files: readonly string[]): Promise<void>;
  /** Description of the location. */
  readonly description?: string;
  /** Advice on pinning the version, so that the data stay the same. */
  readonly note?: string;
}

export const MAX_CARD_BYTES = 4 * 2 ** 20;

export function existingFolder(folder: string, path: string): string | null {
  const full = resolve(folder, path.replace(/^~(?=$|[\\/])/, homedir()));
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() === true ? full : null;
}

/** Returns whether a path can be a name on the hub: `owner/name`, or `name`. */
export function canBeHubName(path: string): boolean {
  return !isAbsolute(path) && /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/.test(path) && !path.includes("..");
}

/** A local folder. Links that lead out of it are not followed. Coded errors `no-files`, `too-many-files`. */
export function localDataSetPlace(notebook: string, path: string, full: string): DataSetPlace {
  const root = path.replace(/[\\/]+$/, "");
  const names = filesMatching(full, "**").map((name) => name.replaceAll("\\", "/"));
  return {
    root: null,
    files: new Map(names.sort(compareNames).map((name) => [name, statSync(join(full, name)).size])),
    named: (file) => `${root}/${file}`,
    text: (file) => {
      const textFile = join(full, file);
      if (!existsSync(textFile) || statSync(textFile).size > MAX_CARD_BYTES) return Promise.resolve(null);
      return Promise.resolve(readWholeFile(textFile, MAX_CARD_BYTES)?.toString("utf8") ?? null);
    },
    bring: () => Promise.resolve(),
  };
}

export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
