/** What a statement's handler hands on: an action for the host, unless the source is silent. */
import type { Header } from "../types/header.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../diagnostics/span.js";
import type { Operand } from "../syntax/tree.js";
import type { Action } from "../plan/plan.js";

export type Handler = (program: Program, header: Header) => void;

export function nameOf(operand: Operand | undefined): { text: string; span: Span } | undefined {
  return operand?.is === "word" && operand.path.length === 1 ? { text: operand.text, span: operand.span } : undefined;
}

export function act(program: Program, header: Header, action: Omit<Action, "span" | "source"> | undefined): void {
  if (action && !program.silent)
    program.actions.push({ ...action, span: header.statement.span, source: program.source.id } as Action);
}
