/**
 * The version line, `tune 1`, perhaps `tune 1 with EXPERIMENT`: the first statement of a file or a cell. What it switches on
 * holds until the next version line; a used file has its own.
 */
import { experimentsOf } from "../types/experiments.js";
import type { Header } from "../types/header.js";
import type { Draft, Program } from "./program.js";
import { replace } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import { LANGUAGE } from "../types/versions.js";
import { parse } from "../syntax/parse.js";
import type { Statement } from "../syntax/tree.js";

export function version(program: Program, header: Header): void {
  const { statement, operands } = header;
  if (statement.block) program.report("statement-takes-no-block", { verb: statement.verb.text }, statement.block.span);
  const [number, more] = operands;
  if (more) program.report("too-many-operands", { after: statement.verb.text, found: operands.length }, more.span);
  if (number?.is !== "number" || number.raw !== String(LANGUAGE)) {
    if (statement.broken) return;
    const { end } = statement.verb.span;
    const newer = number?.is === "number" && Number.isInteger(number.value) && number.value > LANGUAGE;
    const written = number?.is === "number" ? number.raw : ((number && program.textOf(number.span)) ?? null);
    const one = String(LANGUAGE);
    const fix = number
      ? { ...replace(number.span, one), certain: false }
      : replace({ ...statement.verb.span, start: end }, ` ${one}`, `write \`tune ${one}\``);
    program.report(
      "unknown-version",
      { version: written, ...(newer && { newer }) },
      number?.span ?? statement.verb.span,
      newer ? {} : { fix },
    );
    return;
  }
  misplaced(program, statement);
  program.experiments = new Set(experimentsOf(program, statement));
  program.versionLine ??= statement;
}

/** A version line is the first statement, and the only one. */
function misplaced(program: Program, statement: Statement): void {
  const { source, registry } = program;
  const verbs = registry.verbs().map((verb) => verb.name);
  const first = parse(source, verbs).tree.statements[0];
  // A part of a file that waits for another part begins in its middle.
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

/** The whole line that a statement has to itself, its end included; else the statement. */
function lineAt(text: string, { start, end }: Span): { readonly start: number; readonly end: number } {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const to = text.indexOf("\n", end);
  const alone = text.slice(from, start).trim() === "" && text.slice(end, to < 0 ? undefined : to).trim() === "";
  if (!alone) return { start, end };
  return to < 0 ? { start: Math.max(0, from - 1), end: text.length } : { start: from, end: to + 1 };
}

/** Experiments that a training is under: those that are on, and those its definitions were written under. */
export function experimentsUnder(
  on: Iterable<string>,
  drafts: readonly (Draft | null | undefined)[],
): readonly string[] {
  return [...new Set([...on, ...drafts.flatMap((draft) => draft?.experiments ?? [])])].sort();
}
