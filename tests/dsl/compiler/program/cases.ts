/**
 * Files of invalid programs with their expected diagnostics. A file holds the programs whose first error has the code
 * that names the file:
 *
 * == NAME the program text
 * | 9:44-52 warning[accuracy-alone]: `accuracy` alone tells little here
 * |   fix: measure `f1(macro)` too [9:44 "[", 9:52 ", f1(macro)]"]
 *
 * A position is line:column, then the end (only its column if it is on the same line). A position in another cell or
 * file is preceded by its title. A fix that may be applied without confirmation is called `certain fix`.
 */
import { diagnosticsToJson, type JsonDiagnostic, type JsonRange } from "#dsl/language/diagnostics/render-json.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";

export interface Case {
  readonly name: string;
  readonly text: string;
  /** Expected diagnostics, one line each. */
  readonly said: readonly string[];
}

export function casesIn(file: string): readonly Case[] {
  return file
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [name = "", ...lines] = part.replace(/\n$/, "").split("\n");
      const first = lines.findIndex((line) => line.startsWith("| "));
      const end = first < 0 ? lines.length : first;
      return { name, text: `${lines.slice(0, end).join("\n")}\n`, said: lines.slice(end) };
    });
}
export function fileOf(cases: readonly Case[]): string {
  return cases.map(({ name, text, said }) => [`== ${name}`, text.replace(/\n$/, ""), ...said, ""].join("\n")).join("");
}

/** Formats every diagnostic with positions, notes, help and fix. */
export function saidOf({
  diagnostics,
  sources,
}: {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
}): readonly string[] {
  const last = sources.at(-1);
  const own = last?.path ?? last?.title ?? last?.id;
  return diagnosticsToJson(diagnostics, sources).diagnostics.flatMap((d) =>
    [
      `${d.file === own ? "" : `${d.file} `}${placeOf(d)} ${d.severity}[${d.code}]: ${d.message}`,
      ...d.labels.map((label) => `  at ${placeOf(label)}: ${label.text}`),
      ...d.notes.map((note) => `  note: ${note}`),
      ...(d.help !== undefined && d.help !== d.fix?.title ? [`  help: ${d.help}`] : []),
      ...(d.fix ? [`  ${fixOf(d.fix)}`] : []),
    ]
      .flatMap((text) => text.split("\n"))
      .map((line) => `| ${line}`),
  );
}

function fixOf({ title, edits, certain }: NonNullable<JsonDiagnostic["fix"]>): string {
  const changes = edits.map((edit) => `${placeOf(edit)} ${JSON.stringify(edit.text)}`);
  return `${certain ? "certain fix" : "fix"}: ${title} [${changes.join(", ")}]`;
}

function placeOf({ start, end }: JsonRange): string {
  const from = `${start.line}:${start.column}`;
  if (end.line !== start.line) return `${from}-${end.line}:${end.column}`;
  return end.column === start.column ? from : `${from}-${end.column}`;
}
