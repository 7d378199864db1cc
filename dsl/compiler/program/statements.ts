/** Compiles a statement: extracts its allowances, checks its header, and lets its verb's record read the rest. */
import { takeAllowances } from "../../language/types/allow.js";
import { takeShowKey } from "../../language/types/show-key.js";
import { readHeader } from "../../language/types/header.js";
import type { Program } from "../plan/program.js";
import type {} from "../statement/run-action.js";
import type { Statement } from "../../language/syntax/tree.js";

export function compileStatement(program: Program, written: Statement): void {
  const { statement: unallowed, allowances } = takeAllowances(program, written);
  const { statement, brief } = takeShowKey(program, unallowed);
  program.brief = brief;
  program.allowances.push(...allowances);
  program.allowing = allowances;
  const header = readHeader(program, statement);
  if (!header?.sound) lose(program, statement);
  if (!header) {
    const line = program.source.text.indexOf("\n", statement.span.end);
    program.reporter.dropInside(
      { ...statement.span, end: line < 0 ? program.source.text.length : line },
      "typescript-here",
    );
    const meant = program.reporter.diagnostics.some(
      (d) => d.code === "unknown-verb" && d.span === statement.verb.span && d.data.nearest !== undefined,
    );
    const { block, span } = statement;
    program.reporter.dropInside(meant && block ? { ...span, end: block.span.start } : span, "unknown-verb");
    return;
  }
  program.noted = [];
  header.verb.read?.(program, header);
  program.reporter.dropSwallowed(statement.span, statement.block?.span, program.source.text);
}

/** Records the names that an unreadable statement would have defined, so that later uses report nothing. */
function lose(program: Program, { verb, operands, broken }: Statement): void {
  const record = program.registry.find("verb", verb.text);
  const known = record !== undefined;
  const named = operands.length > 0 && operands.every((options) => options.is === "word" && !options.arguments);
  if (known && (!named || broken || record.anyKey)) program.lost.kinds.add(verb.text);
  if (operands.length > 0 || !known)
    for (const name of [
      verb.text,
      ...operands.flatMap((options) => (options.is === "word" ? [options.text.split(".")[0] ?? ""] : [])),
    ])
      program.lost.names.add(name);
}
