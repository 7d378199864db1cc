/** The place that completion is asked about, and what is known there: the program, the statement's model and its base. */
import { readProgram } from "../compiler/program/compile.js";
import type { Program } from "../compiler/plan/program.js";
import { resolveModel } from "../compiler/plan/definitions.js";
import type { ResolvedModel } from "../compiler/plan/resolved.js";
import { isFailed, type BaseFacts } from "../language/types/facts.js";
import type { Registry } from "../language/types/registry.js";
import type { AssistContext } from "./items.js";
import { firstOperandName, statementAt } from "./place.js";

export interface CompletionRequest {
  readonly text: string;
  readonly offset: number;
  /** Where the name begins that is typed. */
  readonly start: number;
  readonly registry: Registry;
  /** The text read; done once, and only for what needs it. */
  readonly program: () => Program;
}

/** Id of the text that is typed. */
export const TYPED_SOURCE_ID = "assist";

/** The text read after the cells that ran. `checked`: held against the world too; else only for its definitions. */
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

/** The name that the statement works on first. */
export function nameAtCursor({ text, start, registry }: CompletionRequest): string | undefined {
  const verbs = registry.verbs().map((v) => v.name);
  return firstOperandName(statementAt(text, start, verbs));
}

/** The model that the statement works on: trained, or evaluated. */
export function modelAtCursor(request: CompletionRequest): ResolvedModel | undefined {
  const program = request.program();
  const name = nameAtCursor(request);
  if (name === undefined) return undefined;
  const draft = program.names.get(name)?.draft ?? program.runs.get(name)?.model;
  return draft?.is === "model" ? resolveModel(program, draft, draft.span) : undefined;
}

/** The base of the model at hand, though its definition may not be finished. */
export function baseAtCursor(request: CompletionRequest): BaseFacts | undefined {
  const whole = modelAtCursor(request)?.base;
  if (whole) return whole;
  const program = request.program();
  const name = nameAtCursor(request);
  const given = (name === undefined ? undefined : program.names.get(name)?.draft)?.given.get("base");
  const written = typeof given?.value === "string" ? given.value : undefined;
  const folder = program.folderAt(given?.span);
  const fact = written === undefined ? undefined : program.facts.get({ about: "base", name: written, folder });
  return fact && !isFailed(fact) ? fact : undefined;
}
