/**
 * Definitions of used files that a statement here acts on. What stands in a used file hands nothing on by itself, so that a host
 * gets a definition with the first statement that asks for it, as if it stood there, and shows nothing of it.
 */
import { Reporter } from "../../language/diagnostics/reporter.js";
import type { Action } from "../plan/action.js";
import { resolveData, resolveModel } from "../plan/definitions.js";
import type { NameEntry, Program } from "../plan/program.js";
import type { WordNode } from "../../language/syntax/tree.js";

const USED = "use:";
/** What the text of a used file is called among sources. */
export const usedFileId = (path: string): string => `${USED}${path}`;

/** Hands the definition on, once, where it stands in a used file; what only a machine finds wrong with it is told here. */
export function importDefinition(
  program: Program,
  found: { readonly name: string; readonly node: WordNode; readonly entry: NameEntry },
) {
  const { name, node, entry } = found;
  const { draft } = entry;
  if (program.silent || program.purpose === "assist" || !entry.source.startsWith(USED) || !draft || draft.broken)
    return;
  const here = { span: node.span, source: program.source.id };
  if (program.actions.some((one) => "name" in one && one.name === name && one.verb === draft.is)) return;
  const { reporter } = program;
  const ownReporter = new Reporter();
  program.reporter = ownReporter;
  const action = definitionOf(program, draft, here);
  program.reporter = reporter;
  if (action) program.actions.push(action);
  // What is only warned of was told where the file was checked; a statement may have told the rest by itself.
  for (const { severity, code, data, span } of ownReporter.diagnostics)
    if (severity === "error" && !reporter.diagnostics.some((one) => one.code === code && one.span.start === span.start))
      reporter.report(code, data, span);
}

function definitionOf(
  program: Program,
  draft: NonNullable<NameEntry["draft"]>,
  here: Pick<Action, "span" | "source">,
): Action | undefined {
  const { is, name } = draft;
  if (is === "data") {
    const data = resolveData(program, draft, here.span)?.plan;
    return data && { verb: "data", name, data, brought: true, ...here };
  }
  if (is !== "model") return undefined;
  const model = resolveModel(program, draft, here.span)?.plan;
  return model && { verb: "model", name, model, brought: true, ...here };
}
