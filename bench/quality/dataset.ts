/** What a data set is: rows made from a pinned package, written as JSON lines into the cache once. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { cachePath, withFileLock } from "#kernel/fetch/cache.js";

export interface DataSet {
  /** Names the file; a change in how rows are made changes it (`questions-2`). */
  readonly name: string;
  /** What it is and where it is from, in a sentence. */
  readonly about: string;
  readonly licence: string;
  rows(): Promise<readonly object[]>;
}

/** Folder of the data files and of the programs beside them. */
export const folder = (): string => cachePath("quality");

/** The file's name in `folder()`; made if it is not there. */
export async function fileOf(set: DataSet): Promise<string> {
  const name = `${set.name}.jsonl`;
  const file = cachePath("quality", name);
  if (existsSync(file)) return name;
  await mkdir(folder(), { recursive: true });
  await withFileLock(file, async () => {
    if (existsSync(file)) return;
    const lines = (await set.rows()).map((row) => JSON.stringify(row));
    await writeFileAtomic(file, `${lines.join("\n")}\n`);
    await writeFile(cachePath("quality", `${set.name}.txt`), `${set.about}\nLicence: ${set.licence}\n`);
  });
  return name;
}

/** A number from 0 to 1 that a text always gets: draws and splits that no order and no seed changes. */
export function drawn(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32LE(0) / 2 ** 32;
}
/** So many of the rows, evenly drawn by what they say; in their old order. */
export function some<T>(rows: readonly T[], count: number, says: (row: T) => string): readonly T[] {
  const order = rows.map((row, i) => ({ i, at: drawn(says(row)) })).sort((a, b) => a.at - b.at);
  const kept = new Set(order.slice(0, count).map(({ i }) => i));
  return rows.filter((_, i) => kept.has(i));
}
