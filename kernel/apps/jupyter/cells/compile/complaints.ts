/** Formats the compiler errors of a cell as text with position and caret, all at once. */
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { tuneVerbOfLine } from "#dsl/language/syntax/cell.js";
import { caretLines, type CellSourcePosition } from "../cell-position.js";
import type { TslabDiagnostic } from "./typescript.js";

// Shortens types in the compiler's messages: a model's type would fill a page, so long object types show only their
// first names.

/** Maximum length of an object type that is printed in full. */
const longest = 60;

/** Returns the message with long object types reduced to their first names. */
export function withShortTypes(message: string): string {
  let text = "";
  for (let position = 0; position < message.length;) {
    const end = message[position] === "{" ? closing(message, position) : position + 1;
    const names = end - position > longest ? namesOf(message.slice(position + 1, end - 1)) : [];
    text += names.length > 1 ? `{ ${[...names.slice(0, 3), "…"].join("; ")} }` : message.slice(position, end);
    position = end;
  }
  return text;
}
/**
 * Offset after the brace that closes the one at `from`; for a type that the compiler truncated, before the closing
 * quote.
 */
function closing(message: string, from: number): number {
  let depth = 0;
  for (let position = from; position < message.length; position++) {
    if (message[position] === "{") depth++;
    else if (message[position] === "}" && --depth === 0) return position + 1;
    else if (/^'(?:[.\s]|$)/.test(message.slice(position, position + 2))) return position;
  }
  return message.length;
}
/** Names of the members; empty for a function with several signatures. */
function namesOf(inside: string): readonly string[] {
  let depth = 0;
  const top = Array.from(inside, (c) => {
    depth -= Number("})]".includes(c));
    const here = depth;
    depth += Number("{([".includes(c));
    return here > 0 ? "" : c;
  }).join("");
  const name = /^\s*(?:readonly\s+)?([\p{ID_Continue}$]+)\??\s*[:(<]/u;
  return top.split(";").flatMap((member) => name.exec(member)?.[1] ?? []);
}

export interface CellCompileError extends CellSourcePosition {
  /** Code such as `TS2304`. */
  readonly code: string;
  readonly message: string;
  readonly notes: readonly string[];
  /** Length of the marked text on its first line. */
  readonly length: number;
}

/**
 * Combines a message and its explanations, which the converter returns as neighbours with one position, into one error
 * with notes.
 */
export function cellCompileErrorsOf(diagnostics: readonly TslabDiagnostic[], code: string): CellCompileError[] {
  const lines = code.split("\n");
  const complaints: (CellCompileError & { notes: string[] })[] = [];
  let before: TslabDiagnostic | undefined;
  const explained = new Set<string>();
  for (const d of diagnostics) {
    const key = `${d.start.offset} ${d.end.offset} ${d.code} ${d.messageText}`;
    if (explained.has(key)) continue;
    explained.add(key);
    const last = complaints.at(-1);
    if (last && before && before.start.offset === d.start.offset && before.end.offset === d.end.offset)
      last.notes.push(withShortTypes(d.messageText));
    else {
      const line = Math.min(Math.max(d.start.line, 0), lines.length - 1);
      const end = d.end.line === d.start.line ? d.end.character : (lines[line]?.length ?? 0);
      const length = Math.max(1, Math.min(end, lines[line]?.length ?? 0) - d.start.character);
      complaints.push({
        code: `TS${d.code}`,
        message: withShortTypes(d.messageText),
        notes: [],
        line: line + 1,
        column: Math.max(d.start.character, 0) + 1,
        length,
      });
    }
    before = d;
  }
  return complaints.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Formats one error as lines: message, position, source line with a caret, notes. */
export function compileErrorLines(complaint: CellCompileError, code: string, title: string): string[] {
  return [
    `error[${complaint.code}]: ${complaint.message}`,
    ...caretLines(code, complaint, title, complaint.length),
    ...complaint.notes.map((n) => `note: ${n}`),
  ];
}

/** Reports whether it is a syntax error, not a type error. */
export function isSyntaxCompileError({ code }: CellCompileError): boolean {
  return /^TS1\d{3}$/.test(code);
}

/** Hint for a user who wrote Tune in a TypeScript cell; it never changes a cell's language. */
export function tuneHint(code: string, lines: readonly number[], verbs: readonly string[]): string | undefined {
  const text = code.split("\n");
  for (const line of lines) {
    const here = text[line - 1] ?? "";
    const verb = verbs.length > 0 ? tuneVerbOfLine(here, verbs) : undefined;
    if (verb !== undefined) return `Write Tune in a separate cell: \`${verb}\` starts a Tune statement`;
    const near = nearVerb(here, verbs);
    if (near !== undefined) return `did you mean \`${near}\`?`;
  }
  return undefined;
}

/** Finds a line like `modle router {` whose first word is one typo away from a verb. */
function nearVerb(line: string, verbs: readonly string[]): string | undefined {
  const word = /^\s*(\p{ID_Start}\p{ID_Continue}*)[ \t]+[\p{ID_Start}_$"][^=;()]*\{?/u.exec(line)?.[1];
  if (word === undefined || verbs.includes(word)) return undefined;
  return nearestWord(word, verbs);
}
