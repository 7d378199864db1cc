/** Finds an earlier run on disk with the name of a missing model: it only needs to be loaded. */
import { isFailedFact } from "../../language/types/facts.js";
import { needForRunFacts } from "../plan/bases/loaded-base.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";

/** Returns the run as `load` takes it; undefined if there is none or it is not known yet. */
export function savedRunReference(program: Program, name: string, span: Span): string | undefined {
  if (program.purpose === "assist") return undefined;
  const run = program.ask(needForRunFacts(program, { path: name, span, still: true }));
  if (!run || isFailedFact(run) || run.together || run.name !== name) return undefined;
  const path = run.folder.split(/[\\/]/).at(-1) ?? run.folder;
  // A run that was interrupted before its first checkpoint cannot be loaded; one that still trains can be loaded later.
  const opened = program.ask(needForRunFacts(program, { path, span, still: false }));
  return opened && !isFailedFact(opened) ? path : undefined;
}
