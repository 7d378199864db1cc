import type { BaseOrigin } from "#dsl/language/types/facts.js";

/** Where a base's weights come from, in words: repository, revision, file, how they were stored, what brought them. */
export function baseOriginText({ repository, revision, carrier, file, stored }: BaseOrigin): string {
  const parts = [
    repository !== undefined && `${repository}${revision === undefined ? "" : ` at ${short(revision)}`}`,
    file,
    carrier !== undefined && `from the package ${carrier}`,
    stored !== undefined && !/^[BF]\d*F?\d+$/.test(stored) && `stored as ${stored}, so rounded`,
  ];
  return parts.filter((part) => typeof part === "string").join(", ");
}

/** A commit as people write it. */
function short(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 12) : revision;
}
