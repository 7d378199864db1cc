/**
 * How a verb's record reads a statement, and how the reading emits an action for the host, unless the source is silent.
 */
import type { Verb } from "../../language/types/registry.js";
import type { StatementHeader } from "../../language/types/header.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Operand } from "../../language/syntax/tree.js";
import type { Action, ActionsByVerb } from "../plan/action.js";

export type StatementHandler = (program: Program, header: StatementHeader) => void;

declare module "../../language/types/registry.js" {
  interface Verb {
    /**
     * Checks a statement of the verb, plans it and emits actions (`addAction`). Unset for a designed verb that is not
     * implemented.
     */
    readonly read?: StatementHandler;
  }
}

/** An implemented verb: its record reads its statements. */
export type ImplementedVerb = Verb & { readonly read: StatementHandler };

export function operandName(operand: Operand | undefined): { text: string; span: Span } | undefined {
  return operand?.is === "word" && operand.path.length === 1 ? { text: operand.text, span: operand.span } : undefined;
}

export function addAction<V extends keyof ActionsByVerb>(
  program: Program,
  header: StatementHeader,
  verb: V,
  what: ActionsByVerb[V],
): void {
  if (program.silent) return;
  const { experiment, brief } = program;
  const common = {
    ...(experiment && { experiment }),
    ...(brief && { brief: true as const }),
    span: header.statement.span,
    source: program.source.id,
  };
  program.actions.push({ verb, ...what, ...common } as Action);
}
