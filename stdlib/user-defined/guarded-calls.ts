/** A user's functions, called so that what they throw is told as theirs: `word-failed`, with the place in their text. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Layers } from "../layers/contract.js";

/** Whose function it is, and how a place in the user's text is found in an error. */
export interface UserFunctionOwner {
  readonly kind: string;
  readonly name: string;
  placeOf(error: unknown): readonly string[];
}

export function callGuarded<T>(owner: UserFunctionOwner, part: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw userFunctionError(owner, part, error);
  }
}

/** The error of a function of the user's; one that was told already stays. */
export function userFunctionError(
  { kind, name, placeOf }: UserFunctionOwner,
  part: string,
  error: unknown,
): CodedError {
  if (error instanceof CodedError && error.code === "word-failed") return error;
  const why = error instanceof Error ? error.message : String(error);
  return new CodedError("word-failed", { kind, name, part, why, at: placeOf(error) }, { cause: error });
}

/** Layers that a technique wrapped: its own functions are called later, by the model, and guarded too. */
export function guardedLayers(owner: UserFunctionOwner, part: string, wrapped: unknown, given: Layers): Layers {
  const isLayers = typeof wrapped === "object" && wrapped !== null && typeof (wrapped as Layers).linear === "function";
  if (!isLayers) throw userFunctionError(owner, part, new Error("it must give layers: `return { ...layers, linear }`"));
  const wrappedEntries = Object.entries(wrapped).flatMap(([key, value]) => {
    if (typeof value !== "function" || value === Reflect.get(given, key)) return [];
    const f = value as (...values: unknown[]) => unknown;
    return [[key, (...values: unknown[]) => callGuarded(owner, `${part} (${key})`, () => f(...values))]];
  });
  return { ...(wrapped as Layers), ...(Object.fromEntries(wrappedEntries) as Partial<Layers>) };
}
