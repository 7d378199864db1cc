/**
 * Calls a user's functions so that their errors are reported as the user's: `word-failed`, with the position in their
 * text.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { LayerBuilder } from "../layers/contract.js";

/** The owner of a user's function, and how to find an error's position in the user's text. */
export interface UserFunctionOwner {
  readonly kind: string;
  readonly name: string;
  placeOf(error: unknown): readonly string[];
}

export function callUserFunction<T>(owner: UserFunctionOwner, part: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw userFunctionError(owner, part, error);
  }
}

/** Wraps an error of a user's function; an error that is already coded is unchanged. */
export function userFunctionError(
  { kind, name, placeOf }: UserFunctionOwner,
  part: string,
  error: unknown,
): CodedError {
  if (error instanceof CodedError && error.code === "word-failed") return error;
  const why = error instanceof Error ? error.message : String(error);
  return new CodedError("word-failed", { kind, name, part, why, at: placeOf(error) }, { cause: error });
}

/** Guards the layers that a technique wrapped too, because the model calls their functions later. */
export function guardedUserLayers(
  owner: UserFunctionOwner,
  part: string,
  wrapped: unknown,
  given: LayerBuilder,
): LayerBuilder {
  const isLayers =
    typeof wrapped === "object" && wrapped !== null && typeof (wrapped as LayerBuilder).linear === "function";
  if (!isLayers)
    throw userFunctionError(owner, part, new Error("it must return layers: `return { ...layers, linear }`"));
  const wrappedEntries = Object.entries(wrapped).flatMap(([key, value]) => {
    if (typeof value !== "function" || value === Reflect.get(given, key)) return [];
    const f = value as (...values: unknown[]) => unknown;
    return [[key, (...values: unknown[]) => callUserFunction(owner, `${part} (${key})`, () => f(...values))]];
  });
  return { ...(wrapped as LayerBuilder), ...(Object.fromEntries(wrappedEntries) as Partial<LayerBuilder>) };
}
