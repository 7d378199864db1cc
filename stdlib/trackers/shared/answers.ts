/** What a tracker answers, read with suspicion: what is not there as it should be is told, and asked for again later. */
import { TrackerAway } from "../kind.js";

/** The text, or the number as text, at a path. Throws `TrackerAway`. */
export function textIn(answer: unknown, ...path: readonly string[]): string {
  const found = partIn(answer, path);
  if (typeof found === "string" && found !== "") return found;
  if (typeof found === "number") return String(found);
  throw new TrackerAway(`its answer has no ${path.join(".")}: it is no MLflow that we know`);
}

/** The list at a path; empty where there is none. */
export function listIn(answer: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = partIn(answer, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function partIn(answer: unknown, path: readonly string[]): unknown {
  let at: unknown = answer;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}
