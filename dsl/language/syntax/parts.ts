/**
 * Splits a file into parts that can be compiled one after another. What uses a sweep's best trial (`with search.best`,
 * `evaluate search.best`) is known only when the sweep has run, so a part ends before it. Other parts are blanked out,
 * so that offsets remain valid.
 */
import type { Source } from "../diagnostics/span.js";
import { parse } from "./parse.js";
import type { Statement } from "./tree.js";

/**
 * Returns one part if nothing waits for a sweep of the same source, or for one that it attaches. Ids are those of the
 * source with `#2`, `#3` … after the first.
 */
export function splitSourceAfterSweeps(source: Source, verbs: readonly string[]): readonly Source[] {
  const starts = [0];
  let sweeps = new Set<string>();
  for (const statement of parse(source, verbs).tree.statements) {
    if (sweeps.size > 0 && uses(statement, sweeps)) {
      starts.push(statement.span.start);
      sweeps = new Set();
    }
    const named = nameProvidingBest(statement);
    if (named !== undefined) sweeps.add(named);
  }
  if (starts.length === 1) return [source];
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? source.text.length;
    const blank = (text: string): string => text.replace(/[^\n]/g, " ");
    const text = blank(source.text.slice(0, start)) + source.text.slice(start, end) + blank(source.text.slice(end));
    return { ...source, id: i === 0 ? source.id : `${source.id}#${String(i + 1)}`, text };
  });
}

/** Returns a source per statement. The others are blanked out in it, so that offsets remain valid. */
export function sourcePerStatement(source: Source, statements: readonly Statement[]): readonly Source[] {
  return statements.map((statement, i) => {
    let { text } = source;
    for (const { span } of statements)
      if (span.start !== statement.span.start)
        text =
          text.slice(0, span.start) + text.slice(span.start, span.end).replace(/[^\n]/g, " ") + text.slice(span.end);
    return { ...source, id: `${source.id} ${String(i + 1)}`, text };
  });
}

/** Returns the name whose best the statement provides: a sweep, or a name that it attaches. */
export function nameProvidingBest({ verb, operands, clauses }: Statement): string | undefined {
  const as = clauses.find((c) => c.connector.text === "as")?.operands[0];
  const name = as ?? (verb.text === "attach" ? operands[0] : undefined);
  return ["sweep", "attach"].includes(verb.text) && name?.is === "word" ? name.text : undefined;
}

function uses(statement: Statement, sweeps: ReadonlySet<string>): boolean {
  const operands = [...statement.operands, ...statement.clauses.flatMap((c) => c.operands)];
  return operands.some(
    (options) => options.is === "word" && options.path.length > 1 && sweeps.has(options.path[0]?.text ?? ""),
  );
}
