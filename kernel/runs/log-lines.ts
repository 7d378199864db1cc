/**
 * Parses the lines of a run's logs: one record per line, unless a writer was killed. Its truncated line has no line
 * end, and older versions appended the first record of the next writer to it.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import * as v from "valibot";
import { parseJsonAs } from "../fetch/json.js";

/**
 * Returns the records of one line, in order; truncated text and values that are not objects are skipped. `first`: the
 * key with which every record begins. An unescaped quoted key cannot occur inside a JSON string, so a line is split
 * only there.
 */
export function parseLogLine(line: string, first: string): readonly Readonly<Record<string, unknown>>[] {
  const record = parsed(line);
  if (record !== undefined) return record === null ? [] : [record];
  const [, ...pieces] = line.split(`{"${first}":`);
  return pieces.flatMap((piece) => {
    const one = parsed(`{"${first}":${piece}`);
    return one ? [one] : [];
  });
}

/** Parses a complete log. */
export function parseLog(log: string, first: string): readonly Readonly<Record<string, unknown>>[] {
  return log.split("\n").flatMap((line) => parseLogLine(line, first));
}

/** Returns null for JSON that is not an object, and undefined for invalid JSON. */
function parsed(text: string): Readonly<Record<string, unknown>> | null | undefined {
  if (text === "") return null;
  try {
    const value = parseJsonAs(text, v.unknown(), unquoteNonFinite);
    return isRecord(value) ? value : null;
  } catch {
    return undefined;
  }
}

/** JSON has no NaN and no infinities, so logs contain them as strings. */
export function quoteNonFinite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
/** The inverse of `quoteNonFinite`. */
export function unquoteNonFinite(_key: string, value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}
