/** Reads a run's file defensively, because a folder of runs may come from anyone. */
import * as v from "valibot";
import { parseJsonAs, parseJsonOrNull, type Schema, SchemaMismatch } from "../fetch/json.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";

/**
 * Plans and locks have kilobytes, logs of long runs some hundreds of megabytes. This is the maximum length of a string.
 */
const MOST = 2 ** 29 - 2 ** 10;

/** Returns its text; null if it is unreadable, no regular file, or larger than `most` bytes. */
export function readRegularFile(file: string, most = MOST): string | null {
  try {
    return readWholeFile(file, most)?.toString("utf8") ?? null;
  } catch {
    return null; // something else, removed meanwhile, or a disk error
  }
}

/** Returns its JSON value; undefined if it is unreadable or invalid. */
export function readRegularJson(file: string, most?: number): unknown {
  return parseJsonOrNull(readRegularFile(file, most) ?? "", v.unknown()) ?? undefined;
}

/** Maximum size of a plan or a lock, in bytes; those with 100,000 labels have 10 MB. */
const MOST_OF_A_PLAN = 64 * 2 ** 20;

/** Returns a file's valid content, or what is wrong: `is missing`, `can't be read: recipe.model is missing`. */
export function readCheckedJson<T>(file: string, schema: Schema<T>): { readonly value: T } | { readonly why: string } {
  try {
    const bytes = readWholeFile(file, MOST_OF_A_PLAN);
    return bytes === null ? { why: "is missing" } : { value: parseJsonAs(bytes.toString("utf8"), schema) };
  } catch (error) {
    if (error instanceof FileNotRead || error instanceof SchemaMismatch) return { why: `can't be read: ${error.why}` };
    throw error;
  }
}
