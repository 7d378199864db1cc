/**
 * Parameters from outside (`-p name=value`), handled like papermill: the cell tagged `parameters` has the defaults, and
 * a cell tagged `injected-parameters` after it, in the same language, sets the given values. A Tune file takes them as
 * values.
 */
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Value } from "#dsl/language/types/value.js";
import { isTuneCell, withoutMagic } from "#dsl/language/syntax/cell.js";
import { durationUnits, sizeUnits } from "#dsl/language/syntax/numbers.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { Statement } from "#dsl/language/syntax/tree.js";
import { registry } from "#stdlib/registry.js";
import { parseJsonOrNull } from "../../../fetch/json.js";
import { newCodeCell, tagsOf, type CodeCell, type Notebook } from "./notebook-file.js";

/** Parameters as written on the command line: name to the text after the equals sign. */
export type ParameterTexts = Readonly<Record<string, string>>;

const units: Readonly<Record<string, number>> = { ...durationUnits, ...sizeUnits };
const number = /^[-+]?(?:\d[\d_]*)(?:\.\d+)?(?:[eE][-+]?\d+)?/;

/** Collects `name=value` arguments; the last one of a name counts. */
export function readParameter(written: string, before: ParameterTexts = {}): ParameterTexts {
  const match = /^([\p{ID_Start}_][\p{ID_Continue}]*)=([\s\S]*)$/u.exec(written);
  if (!match) throw new CodedError("bad-parameter", { written });
  const [, name = "", value = ""] = match;
  return { ...before, [name]: value };
}

/** Parses a text as a Tune value: a number with its unit, true, false, else the text (without its quotes). */
export function parseParameterValue(text: string): Value {
  if (text === "true" || text === "false") return text === "true";
  const digits = number.exec(text)?.[0];
  const unit = digits === undefined ? "" : text.slice(digits.length);
  if (digits !== undefined) {
    const value = Number(digits.replaceAll("_", ""));
    if (unit === "") return value;
    if (unit === "%") return { share: Number((value / 100).toPrecision(15)) };
    const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (factor !== undefined) return value * factor;
  }
  return unquoted(text);
}

export function parseParameterValues(written: ParameterTexts): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(written).map(([name, text]) => [name, parseParameterValue(text)]));
}

/**
 * Tag of a cell that was split off after a `parameters` statement, so that given values take effect between the two.
 */
export const AFTER_PARAMETERS = "after-parameters";

/**
 * Inserts the given values after the notebook's defaults; returns the names without a default. An earlier injected cell
 * is replaced; with `keep` it stays if no values are given. A Tune cell that declares a given name and continues is
 * split after the statement, so that the rest of it uses the given value.
 */
export function injectParameters(
  notebook: Notebook,
  written: ParameterTexts,
  { keep = false } = {},
): readonly string[] {
  if (keep && Object.keys(written).length === 0) return [];
  notebook.cells = notebook.cells.filter((cell) => !tagsOf(cell).includes("injected-parameters"));
  if (Object.keys(written).length === 0) return [];
  const code = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  const stating = code.flatMap((cell) => {
    const names = statedBy(cell.source).filter((name) => name in written);
    return names.length > 0 ? [{ cell, names }] : [];
  });
  for (const { cell, names } of stating) {
    part(notebook, cell);
    const ownValues = Object.fromEntries(names.map((name) => [name, written[name]!]));
    injectAfter(notebook, cell, parametersText(ownValues));
  }
  const stated = new Set(stating.flatMap(({ names }) => names));
  const others = Object.fromEntries(Object.entries(written).filter(([name]) => !stated.has(name)));
  if (Object.keys(others).length === 0) return [];
  const defaults =
    code.find((cell) => tagsOf(cell).includes("parameters")) ??
    code.find((cell) => isTuneCell(cell.source, ["parameters"]));
  const tune = defaults !== undefined && isTuneCell(defaults.source, ["parameters"]);
  injectAfter(notebook, defaults, tune ? parametersText(others) : typescriptText(others));
  return Object.keys(others).filter(
    (name) => !new RegExp(`(?<![\\p{ID_Continue}$])${name}(?![\\p{ID_Continue}$])`, "u").test(defaults?.source ?? ""),
  );
}

function injectAfter(notebook: Notebook, cell: CodeCell | undefined, source: string): void {
  const position = cell === undefined ? 0 : notebook.cells.indexOf(cell) + 1;
  notebook.cells.splice(position, 0, newCodeCell(source, { tags: ["injected-parameters"] }));
}

const verbs = registry.verbs().map(({ name }) => name);

function parameterStatements(source: string): readonly Statement[] {
  if (!isTuneCell(source, verbs)) return [];
  const { statements } = parse({ id: "cell", title: "cell", text: withoutMagic(source) }, verbs).tree;
  return statements.filter(({ verb }) => verb.text === "parameters");
}
/** Names declared by `parameters` statements of a Tune cell. */
function statedBy(source: string): readonly string[] {
  return parameterStatements(source).flatMap(({ block }) => block?.entries.map(({ key }) => key.text) ?? []);
}

/** Moves the code after the last `parameters` statement of a cell to a new cell. */
function part(notebook: Notebook, cell: CodeCell): void {
  const end = parameterStatements(cell.source).at(-1)?.span.end ?? cell.source.length;
  const rest = cell.source.slice(end).trim();
  if (!isTuneCell(rest, verbs)) return;
  cell.source = cell.source.slice(0, end);
  notebook.cells.splice(notebook.cells.indexOf(cell) + 1, 0, newCodeCell(rest, { tags: [AFTER_PARAMETERS] }));
}

function parametersText(written: ParameterTexts): string {
  const entries = Object.entries(written).map(([name, text]) => {
    const isText = typeof parseParameterValue(text) === "string";
    return `  ${name}: ${isText ? quoted(unquoted(text)) : text}`;
  });
  return ["parameters {", ...entries, "}"].join("\n");
}

function typescriptText(written: ParameterTexts): string {
  return Object.entries(written)
    .map(([name, text]) => {
      const value = parseParameterValue(text);
      const plain = typeof value === "object" && value !== null && "share" in value ? value.share : value;
      return `let ${name} = ${typeof plain === "string" ? quoted(plain) : String(plain)};`;
    })
    .join("\n");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return parseJsonOrNull(text, v.string()) ?? text;
}
