/** Calls of data sources: their file as errors name it, their column arguments, and other ways to read a file. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { redactedUrl } from "../../language/diagnostics/address.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import { replacementFix, type DiagnosticDetails } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { TableFacts } from "../../language/types/facts.js";
import type { Call } from "../../language/types/value.js";
import type { Program } from "../plan/program.js";

/** The file or address that a source reads, if it has one. */
export const sourcePathOf = ({ arguments: { path } }: Call): { readonly path?: string } =>
  typeof path === "string" ? { path } : {};

/**
 * How to read a file whose first line looks like a row; undefined if a wanted column, or a near match, is in the
 * header.
 */
export function suggestedReading({ columns, headless }: TableFacts, wanted: readonly string[]): string | undefined {
  const there = wanted.some((column) => columns.includes(column) || nearestWord(column, columns) !== undefined);
  return there ? undefined : headless;
}

/** Suggests the source's call with further arguments, or another call. This is a guess that the user may reject. */
export function suggestReading(program: Program, place: Span | undefined, instead: string): DiagnosticDetails {
  if (place?.source !== program.source.id) return {};
  const text = program.source.text.slice(place.start, place.end);
  // Splits the path from the other arguments; a call with a comment is left unchanged.
  const [whole, more = ""] = /^\w+\(\s*"[^"\\]*"\s*,?([^/]*)\)$/s.exec(text) ?? [];
  if (whole === undefined) return {};
  // Replacing the word would lose its other arguments.
  if (!/^\w+:/.test(instead))
    return more.trim() === "" ? { fix: replacementFix(place, instead, `write \`${instead}\``, false) } : {};
  const end = { ...place, start: place.end - 1, end: place.end - 1 };
  const comma = /,\s*\)$/.test(text) ? "" : ", ";
  return { fix: replacementFix(end, `${comma}${instead}`, `add \`${instead}\``, false) };
}

/** Returns a word's column arguments by path. A role's name stands for its column. */
export function columnArgumentsOf(program: Program, call: Call, path: string): [string, string][] {
  const word = program.registry.find(call.kind, call.word);
  return Object.entries(call.arguments).flatMap(([name, value]): [string, string][] => {
    const parameter = word?.parameters.find((p) => p.name === name && !p.open);
    const column =
      parameter?.type.is === "column" ||
      (parameter?.type.is === "either" && parameter.type.of.some((t) => t.is === "column"));
    return column && typeof value === "string" ? [[`${path}.${name}`, value]] : [];
  });
}
/** The file of a source as errors name it: `rows.csv`; for a source over several others, `mix(a.csv, b.jsonl)`. */
export function sourceFileName(call: Call): string {
  const values = Object.values(call.arguments);
  const inner = values.flat().filter((value): value is Call => isSource(value));
  if (inner.length > 0) return `${call.word}(${inner.map(sourceFileName).join(", ")})`;
  const first = values.find((v): v is string => typeof v === "string");
  const live = values.find((v): v is { readonly live: string } => v !== null && typeof v === "object" && "live" in v);
  if (first !== undefined) return redactedUrl(first);
  return live ? `$${live.live}` : call.word;
}
const isSource = (value: unknown): value is Call => isRecord(value) && value["kind"] === "source" && "word" in value;
