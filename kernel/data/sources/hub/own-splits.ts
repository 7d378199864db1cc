/**
 * Derives the splits of a data set from the names of its folders and files. The rules and their order are those of
 * Hugging Face's `datasets`, so that the same folder has the same splits.
 */
import { matchesPathPattern } from "#stdlib/files/path-patterns.js";

const keywords: Readonly<Record<string, readonly string[]>> = {
  train: ["train", "training"],
  validation: ["validation", "valid", "dev", "val"],
  test: ["test", "testing", "eval", "evaluation"],
};
const APART = "[-._ 0-9]";
const inNames = (word: string): readonly string[] => [`**/${word}${APART}*`, `**/*${APART}${word}${APART}*`];
const inFolders = (word: string): readonly string[] => [
  `**/${word}/**`,
  `**/${word}${APART}*/**`,
  `**/*${APART}${word}/**`,
  `**/*${APART}${word}${APART}*/**`,
];
const SHARD = /^data\/([^/]*)-\d{5}-of-\d{5}[^/]*\.[^/]*$/;
const SPLIT = /^\w+(?:\.\w+)*$/;
/** Files that describe rows but contain none. */
const notRows = new Set([
  "README.md",
  "config.json",
  "dataset_info.json",
  "dataset_infos.json",
  "dummy_data.zip",
  "dataset_dict.json",
  "state.json",
]);

export type FilesBySplit = ReadonlyMap<string, readonly string[]>;

/** `files`: relative paths, sorted. Returns an empty map if there are no data files. */
export function splitsFromFileNames(files: readonly string[]): FilesBySplit {
  const there = files.filter((file) => isRequested(file, "**"));
  const shards = groupedBy(there, (file) => SHARD.exec(file)?.[1]);
  const named = [...shards.keys()];
  if (named.length > 0 && named.every((split) => SPLIT.test(split))) {
    const usual = Object.keys(keywords).filter((split) => shards.has(split));
    const order = [...usual, ...named.filter((split) => !usual.includes(split)).sort()];
    return new Map(order.map((split) => [split, shards.get(split) ?? []]));
  }
  for (const patterns of [inFolders, inNames]) {
    const found = Object.entries(keywords).map(
      ([split, words]) => [split, matchPatterns(there, words.flatMap(patterns))] as const,
    );
    const some = found.filter(([, splitFiles]) => splitFiles.length > 0);
    if (some.length > 0) return new Map(some);
  }
  return there.length > 0 ? new Map([["train", there]]) : new Map();
}

/** Returns the files that match any of the patterns, in the patterns' order. */
export function matchPatterns(files: readonly string[], patterns: readonly string[]): readonly string[] {
  const found = patterns.flatMap((pattern) => {
    const names = pattern.split("/").filter((name) => name !== "" && name !== ".");
    // A trailing `**` matches files in the folders, not a file with the folder's name.
    const form = names.at(-1) === "**" ? [...names, "*"] : names;
    return files.filter((file) => matchesPathPattern(file.split("/"), form) && isRequested(file, pattern));
  });
  return [...new Set(found)];
}

/** Hidden files and folders, those with two underscores, and descriptions match only if a pattern names them. */
function isRequested(file: string, pattern: string): boolean {
  const [names, patternParts] = [file.split("/"), pattern.split("/")];
  const name = names.at(-1) ?? "";
  if (notRows.has(name) && patternParts.at(-1) !== name) return false;
  const count = (parts: readonly string[], start: string): number =>
    parts.filter((part) => part.startsWith(start) && part !== "." && part !== "..").length;
  return (
    count(names, ".") === count(patternParts, ".") &&
    count(names.slice(0, -1), "__") === count(patternParts.slice(0, -1), "__")
  );
}

function groupedBy(files: readonly string[], keyOf: (file: string) => string | undefined): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const key = keyOf(file);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return groups;
}
