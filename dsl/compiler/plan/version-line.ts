/** The version line, `tune 1`: the first statement of a file or cell. A used file has its own. */
import type { StatementHeader } from "../../language/types/header.js";
import type { Program } from "./program.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import { parse } from "../../language/syntax/parse.js";
import type { Statement } from "../../language/syntax/tree.js";
import type {} from "../../language/types/codes/version-codes.js";

export const LANGUAGE_VERSION = 1;

export function checkVersionLine(program: Program, header: StatementHeader): void {
  const { statement, operands } = header;
  if (statement.block) program.report("statement-takes-no-block", { verb: statement.verb.text }, statement.block.span);
  const [number, more] = operands;
  if (more) program.report("too-many-operands", { after: statement.verb.text, found: operands.length }, more.span);
  if (number?.is !== "number" || number.raw !== String(LANGUAGE_VERSION)) {
    if (statement.broken) return;
    const { span } = statement.verb;
    const one = String(LANGUAGE_VERSION);
    const fix = number
      ? { ...replacementFix(number.span, one), certain: false }
      : replacementFix({ ...span, start: span.end }, ` ${one}`, `write \`tune ${one}\``);
    const written = (number && program.textOf(number.span)) ?? null;
    program.report("unknown-version", { version: written }, number?.span ?? span, { fix });
    return;
  }
  misplaced(program, statement);
  program.versionLine ??= statement;
}

/** Reports a version line that is not the first statement or is repeated. */
function misplaced(program: Program, statement: Statement): void {
  const { source, registry } = program;
  const verbs = registry.verbs().map((verb) => verb.name);
  const first = parse(source, verbs).tree.statements[0];
  // A later part of a file (`ID#2`) does not begin with the file's first statement.
  const opens = source.cell !== undefined || !/#\d+$/.test(source.id);
  if (opens && (!first || first.span.start >= statement.span.start)) return;
  const { versionLine } = program;
  const line = lineAt(source.text, statement.span);
  const text = program.textOf(statement.span) ?? "";
  if (versionLine) {
    const same = program.textOf(versionLine.span) === text;
    const fix = { title: "remove it", certain: same, edits: [{ ...line, text: "" }] };
    program.report("misplaced-version", { second: true }, statement.span, { fix });
    return;
  }
  const start = first?.span.start ?? 0;
  const edits = [
    { start, end: start, text: `${text}\n` },
    { ...line, text: "" },
  ];
  const fix = { title: "make it the first line", certain: true, edits };
  program.report("misplaced-version", {}, statement.span, opens ? { fix } : {});
}

/** Returns the complete line, including its end, if a statement has it to itself; else the statement. */
function lineAt(text: string, { start, end }: Span): { readonly start: number; readonly end: number } {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const to = text.indexOf("\n", end);
  const alone = text.slice(from, start).trim() === "" && text.slice(end, to < 0 ? undefined : to).trim() === "";
  if (!alone) return { start, end };
  return to < 0 ? { start: Math.max(0, from - 1), end: text.length } : { start: from, end: to + 1 };
}
