import type { BaseOrigin } from "#dsl/language/types/facts.js";

/** Describes the origin of a base's weights: repository, revision, file, storage type, and package. */
export function baseOriginText({ repository, revision, carrier, file, stored }: BaseOrigin): string {
  const parts = [
    repository !== undefined && `${repository}${revision === undefined ? "" : ` at ${short(revision)}`}`,
    file,
    carrier !== undefined && `from the package ${carrier}`,
    stored !== undefined && !/^[BF]\d*F?\d+$/.test(stored) && `stored as ${stored}, so rounded`,
  ];
  return parts.filter((part) => typeof part === "string").join(", ");
}

/** Shortens a commit hash. */
function short(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 12) : revision;
}
