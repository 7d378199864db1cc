/** The place that completion is asked about, and what is known there: the program, the statement's model and its base. */
import { programOf } from "../compiler/program/compile.js";
import type { Program } from "../compiler/plan/program.js";
import { resolveModel } from "../compiler/plan/definitions.js";
import type { ResolvedModel } from "../compiler/plan/resolved.js";
import { failed, type BaseFacts } from "../language/types/facts.js";
import type { Registry } from "../language/types/registry.js";
import type { AssistContext } from "./items.js";
import { firstName, statementAt } from "./place.js";

export interface Asked {
  readonly text: string;
  readonly offset: number;
  /** Where the name begins that is typed. */
  readonly start: number;
  readonly registry: Registry;
  /** The text read; done once, and only for what needs it. */
  readonly program: () => Program;
}

/** Id of the text that is typed. */
export const TYPED = "assist";

/** The text read after the cells that ran. `checked`: held against the world too; else only for its definitions. */
export function programAfter(
  text: string,
  { earlier, registry, facts, outside, kept }: AssistContext,
  { checked = false } = {},
): Program {
  const sources = [...earlier, { id: TYPED, title: TYPED, text }];
  return programOf(sources, registry, facts, "assist", outside, { quiet: !checked, ...(kept && { kept }) });
}

export function askedAt(text: string, offset: number, start: number, context: AssistContext): Asked {
  const { registry } = context;
  let read: Program | undefined;
  const program = (): Program => (read ??= programAfter(text, context));
  return { text, offset, start, registry, program };
}

/** The name that the statement works on first. */
export function nameHere({ text, start, registry }: Asked): string | undefined {
  const verbs = registry.verbs().map((v) => v.name);
  return firstName(statementAt(text, start, verbs));
}

/** The model that the statement works on: trained, or evaluated. */
export function modelHere(asked: Asked): ResolvedModel | undefined {
  const program = asked.program();
  const name = nameHere(asked);
  if (name === undefined) return undefined;
  const draft = program.names.get(name)?.draft ?? program.runs.get(name)?.model;
  return draft?.is === "model" ? resolveModel(program, draft, draft.span) : undefined;
}

/** The base of the model at hand, though its definition may not be finished. */
export function baseHere(asked: Asked): BaseFacts | undefined {
  const whole = modelHere(asked)?.base;
  if (whole) return whole;
  const program = asked.program();
  const name = nameHere(asked);
  const given = (name === undefined ? undefined : program.names.get(name)?.draft)?.given.get("base");
  const written = typeof given?.value === "string" ? given.value : undefined;
  const folder = program.folderAt(given?.span);
  const fact = written === undefined ? undefined : program.facts.get({ about: "base", name: written, folder });
  return fact && !failed(fact) ? fact : undefined;
}
