/**
 * Definitions of used files that a statement of the notebook acts on. A used file emits no actions itself. The host
 * gets a definition with the first statement that needs it, as if it were written there, and displays nothing of it.
 */
import { Reporter } from "../../language/diagnostics/reporter.js";
import type { Action } from "../plan/action.js";
import { resolveData, resolveModel } from "../plan/definitions.js";
import type { NameEntry, Program } from "../plan/program.js";
import type { WordNode } from "../../language/syntax/tree.js";

const USED = "use:";
/** Returns the source id of a used file. */
export const usedFileId = (path: string): string => `${USED}${path}`;

/** Emits the definition once if it is in a used file; reports errors that can only be found on this machine. */
export function emitDefinitionOfUsedFile(
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
  // Warnings were reported when the file was checked; other errors may have been reported by the statement itself.
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
