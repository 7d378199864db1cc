/**
 * Reports parameters on the command line (`-p rates=2e-3`) that a file does not have: they would change nothing, and a
 * run would use the defaults. They are diagnostics with the command line as source, so that they look like others.
 */
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { Reporter, replacementFix } from "#dsl/language/diagnostics/reporter.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { isTuneCell } from "#dsl/language/syntax/cell.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { usesColour } from "./colours.js";
import type { Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import type { ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";

export interface UnknownParameters {
  /** The command line as the source of the diagnostics. */
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
}

/** `has`: the parameters of the file. `uses`: reports whether the file uses a name anyway. */
export function unknownParameters(
  given: ParameterTexts,
  has: readonly string[],
  uses: (name: string) => boolean = () => false,
): UnknownParameters {
  const id = "command line";
  const reporter = new Reporter();
  let text = "";
  for (const [name, value] of Object.entries(given)) {
    if (text !== "") text += " ";
    const start = text.length + "-p ".length;
    text += `-p ${name}=${value.replace(/\s+/g, " ")}`;
    if (has.includes(name) || uses(name)) continue;
    const span = { source: id, start, end: start + name.length };
    const near = nearestWord(name, has);
    reporter.report(
      "unknown-parameter",
      { name, has, ...(near ? { nearest: near } : {}) },
      span,
      near ? { fix: replacementFix(span, near) } : {},
    );
  }
  return { source: { id, title: id, text }, diagnostics: reporter.diagnostics };
}

/** For a notebook: parameters and TypeScript variables of its cells are known, and so is any name that a cell uses. */
export function unknownNotebookParameters(given: ParameterTexts, notebook: Notebook): UnknownParameters {
  const cells = notebook.cells.filter(
    ({ cell_type, metadata }) =>
      cell_type === "code" && !(metadata["tags"] as readonly string[] | undefined)?.includes("injected-parameters"),
  );
  const stated = cells.flatMap(({ source }) =>
    isTuneCell(source, ["parameters"]) ? parametersIn(source) : variablesIn(source),
  );
  const uses = (name: string): boolean => {
    const word = new RegExp(`(?<![\\p{ID_Continue}])${name}(?![\\p{ID_Continue}$])`, "u");
    return cells.some(({ source }) => word.test(source));
  };
  return unknownParameters(given, [...new Set(stated)], uses);
}
/** Prints those of `diagnostics` that concern parameters. @returns whether there are any */
export function reportUnknownParameters(diagnostics: readonly Diagnostic[], sources: readonly Source[]): boolean {
  const unknown = diagnostics.filter(({ code }) => code === "unknown-parameter");
  const color = usesColour(process.stderr);
  if (unknown.length > 0) process.stderr.write(`${renderAnsi(unknown, sources, { color })}\n`);
  return unknown.length > 0;
}

function parametersIn(text: string): readonly string[] {
  const { statements } = parse({ id: "cell", title: "cell", text }, ["parameters"]).tree;
  return statements.flatMap(({ verb, block }) =>
    verb.text === "parameters" ? (block?.entries.map(({ key }) => key.text) ?? []) : [],
  );
}
function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:let|const|var)\s+([\p{ID_Start}_$][\p{ID_Continue}$]*)/gmu)].map(
    ([, name = ""]) => name,
  );
}
