/** Reads a tracker's responses defensively: unexpected ones throw an error and the request is retried later. */
import { TrackerUnavailableError } from "../kind.js";

/** Returns the text, or the number as text, at a path. Throws `TrackerUnavailableError`. */
export function textAtPath(answer: unknown, ...path: readonly string[]): string {
  const found = valueAtPath(answer, path);
  if (typeof found === "string" && found !== "") return found;
  if (typeof found === "number") return String(found);
  throw new TrackerUnavailableError(`its response has no ${path.join(".")}: it is not a known version of MLflow`);
}

/** Returns the list at a path; empty if there is none. */
export function listAtPath(answer: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAtPath(answer, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function valueAtPath(answer: unknown, path: readonly string[]): unknown {
  let current: unknown = answer;
  for (const name of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[name];
  }
  return current;
}
