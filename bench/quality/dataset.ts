/** A data set: rows built from a pinned package and cached once as JSON lines. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { cachePath, withFileLock } from "#kernel/fetch/cache.js";

export interface DataSet {
  /** Name of the data file. A change in how rows are built requires a new name (`questions-2`). */
  readonly name: string;
  /** Content and source in one sentence. */
  readonly about: string;
  readonly licence: string;
  rows(): Promise<readonly object[]>;
}

/** Folder of the data files and of the programs next to them. */
export const folder = (): string => cachePath("quality");

/** Returns the file's name in `folder()`; creates the file if it is missing. */
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

/** Hashes a text to a number from 0 to 1. Draws and splits therefore depend on no order and no seed. */
export function drawn(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32LE(0) / 2 ** 32;
}
/** Samples `count` rows evenly by a hash of their text and keeps their order. */
export function some<T>(rows: readonly T[], count: number, says: (row: T) => string): readonly T[] {
  const order = rows.map((row, i) => ({ i, at: drawn(says(row)) })).sort((a, b) => a.at - b.at);
  const kept = new Set(order.slice(0, count).map(({ i }) => i));
  return rows.filter((_, i) => kept.has(i));
}
