/**
 * The lines of a run's logs, as they are found: a record a line, except where a writer was killed. What it left torn has no
 * end of its own, and a writer that began where it stopped (none does any more) wrote its first record onto it.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import * as v from "valibot";
import { parseJsonAs } from "../fetch/json.js";

/**
 * The records of one line, in order; what is torn or no object is left out. `first`: the key that every record begins with.
 * In JSON a key with its quotes can't stand inside a text, so a line falls apart there and nowhere else.
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

/** Of a whole log. */
export function parseLog(log: string, first: string): readonly Readonly<Record<string, unknown>>[] {
  return log.split("\n").flatMap((line) => parseLogLine(line, first));
}

/** Null: it is JSON, but no object; undefined: it is none. */
function parsed(text: string): Readonly<Record<string, unknown>> | null | undefined {
  if (text === "") return null;
  try {
    const value = parseJsonAs(text, v.unknown(), unquoteNonFinite);
    return isRecord(value) ? value : null;
  } catch {
    return undefined;
  }
}

/** JSON has no NaN and no infinities: logs have them as texts. */
export function quoteNonFinite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
/** The way back. */
export function unquoteNonFinite(_key: string, value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}
