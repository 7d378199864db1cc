/** Where the files of a data set lie: in a folder, or on the hub; looked at in one way. */
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { filesMatching } from "#stdlib/platform/files.js";
import { readWholeFile } from "../../../fetch/regular.js";

export interface DataSetPlace {
  /** Folder that the files' names start from, absolute; null: that of the notebook. */
  readonly root: string | null;
  /** Paths, sorted, and bytes of each. */
  readonly files: ReadonlyMap<string, number>;
  /** A file's name as a source reads it. */
  named(file: string): string;
  /** Its text; null: there is none, or it is larger than any card. */
  text(file: string): Promise<string | null>;
  /** Makes files be there. Coded errors of downloads. */
  bring(files: readonly string[]): Promise<void>;
  /** Said of where it is; absent: nothing to say. */
  readonly description?: string;
  /** What to write so that it is the same tomorrow. */
  readonly note?: string;
}

/** Most bytes of a README.md. */
export const MAX_CARD_BYTES = 4 * 2 ** 20;

/** The folder that a path names, where there is one. */
export function existingFolder(folder: string, path: string): string | null {
  const full = resolve(folder, path.replace(/^~(?=$|[\\/])/, homedir()));
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() === true ? full : null;
}

/** Whether a path can be the name of a data set of the hub: `owner/name`, or `name`. */
export function canBeHubName(path: string): boolean {
  return !isAbsolute(path) && /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/.test(path) && !path.includes("..");
}

/** A folder of this machine. Links that lead out of it are not followed. Coded errors `no-files`, `too-many-files`. */
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
