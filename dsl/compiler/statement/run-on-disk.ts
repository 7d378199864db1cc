/** A run of before that has the name of which no model is here: it only has to be opened. */
import { isFailed } from "../../language/types/facts.js";
import { runNeed } from "../plan/bases/loaded-base.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";

/** How it is written after `load`; undefined: there is none, or nobody knows yet. */
export function savedRunReference(program: Program, name: string, span: Span): string | undefined {
  if (program.purpose === "assist") return undefined;
  const run = program.ask(runNeed(program, { path: name, span, still: true }));
  if (!run || isFailed(run) || run.together || run.name !== name) return undefined;
  const path = run.folder.split(/[\\/]/).at(-1) ?? run.folder;
  // One that was cut off before its first checkpoint has nothing to be opened, one that trains still has it later.
  const opened = program.ask(runNeed(program, { path, span, still: false }));
  return opened && !isFailed(opened) ? path : undefined;
}
