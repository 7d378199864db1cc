/** A user's functions, called so that what they throw is told as theirs: `word-failed`, with the place in their text. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Layers } from "../layers/contract.js";

/** Whose function it is, and how a place in the user's text is found in an error. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
  placeOf(error: unknown): readonly string[];
}

export function guarded<T>(owner: Owner, part: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw failedIn(owner, part, error);
  }
}

/** The error of a function of the user's; one that was told already stays. */
export function failedIn({ kind, name, placeOf }: Owner, part: string, error: unknown): CodedError {
  if (error instanceof CodedError && error.code === "word-failed") return error;
  const why = error instanceof Error ? error.message : String(error);
  return new CodedError("word-failed", { kind, name, part, why, at: placeOf(error) }, { cause: error });
}

/** Layers that a technique wrapped: its own functions are called later, by the model, and guarded too. */
export function guardedLayers(owner: Owner, part: string, wrapped: unknown, given: Layers): Layers {
  const isLayers = typeof wrapped === "object" && wrapped !== null && typeof (wrapped as Layers).linear === "function";
  if (!isLayers) throw failedIn(owner, part, new Error("it must give layers: `return { ...layers, linear }`"));
  const own = Object.entries(wrapped).flatMap(([key, value]) => {
    if (typeof value !== "function" || value === (given as unknown as Record<string, unknown>)[key]) return [];
    const f = value as (...of: unknown[]) => unknown;
    return [[key, (...of: unknown[]) => guarded(owner, `${part} (${key})`, () => f(...of))]];
  });
  return { ...(wrapped as Layers), ...(Object.fromEntries(own) as Partial<Layers>) };
}
