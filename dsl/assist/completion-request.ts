/**
 * The position of a completion request and what is known about it: the program, the statement's model and its base.
 */
import { readProgram } from "../compiler/program/compile.js";
import type { Program } from "../compiler/plan/program.js";
import { resolveModel } from "../compiler/plan/definitions.js";
import type { ResolvedModel } from "../compiler/plan/resolved.js";
import { isFailedFact, type BaseFacts } from "../language/types/facts.js";
import type { Registry } from "../language/types/registry.js";
import type { AssistContext } from "./items.js";
import { firstOperandName, statementAt } from "./token-at.js";

export interface CompletionRequest {
  readonly text: string;
  readonly offset: number;
  /** Offset where the name being typed begins. */
  readonly start: number;
  readonly registry: Registry;
  /** Parses the text; runs at most once, and only for completions that need it. */
  readonly program: () => Program;
}

export const TYPED_SOURCE_ID = "assist";

/**
 * Reads the text after the cells that ran. `checked` also checks it against data, model and machine; otherwise only its
 * definitions are read.
 */
export function programAfterCells(
  text: string,
  { earlier, registry, facts, outside, cellCache }: AssistContext,
  { checked = false } = {},
): Program {
  const sources = [...earlier, { id: TYPED_SOURCE_ID, title: TYPED_SOURCE_ID, text }];
  return readProgram(sources, registry, facts, "assist", outside, { quiet: !checked, ...(cellCache && { cellCache }) });
}

export function completionRequestAt(
  text: string,
  offset: number,
  start: number,
  context: AssistContext,
): CompletionRequest {
  const { registry } = context;
  let read: Program | undefined;
  const program = (): Program => (read ??= programAfterCells(text, context));
  return { text, offset, start, registry, program };
}

/** Returns the first operand of the statement. */
export function firstOperandAtCursor({ text, start, registry }: CompletionRequest): string | undefined {
  const verbs = registry.verbs().map((v) => v.name);
  return firstOperandName(statementAt(text, start, verbs));
}

/** Returns the model that the statement trains or evaluates. */
export function modelAtCursor(request: CompletionRequest): ResolvedModel | undefined {
  const program = request.program();
  const name = firstOperandAtCursor(request);
  if (name === undefined) return undefined;
  const draft = program.names.get(name)?.draft ?? program.runs.get(name)?.model;
  return draft?.is === "model" ? resolveModel(program, draft, draft.span) : undefined;
}

/** Returns the base of the current model, even if its definition is unfinished. */
export function baseAtCursor(request: CompletionRequest): BaseFacts | undefined {
  const whole = modelAtCursor(request)?.base;
  if (whole) return whole;
  const program = request.program();
  const name = firstOperandAtCursor(request);
  const given = (name === undefined ? undefined : program.names.get(name)?.draft)?.given.get("base");
  const written = typeof given?.value === "string" ? given.value : undefined;
  const folder = program.folderAt(given?.span);
  const fact = written === undefined ? undefined : program.facts.get({ about: "base", name: written, folder });
  return fact && !isFailedFact(fact) ? fact : undefined;
}
