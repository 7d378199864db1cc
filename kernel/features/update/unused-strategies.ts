/** Warns if a model that was trained with strategies is updated without them because the statement names none. */
import { hashOf } from "#dsl/compiler/plan/hash.js";
import { callTextWithPositional } from "#dsl/compiler/plan/short-call.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Warn } from "../../session/execution-context.js";

/** `was`: strategies of the update that made the model; absent if none did. `is`: the default strategies. */
export function warnOfUnusedStrategies(
  start: string,
  { was = [], is }: { readonly was?: readonly Call[] | undefined; readonly is: readonly Call[] },
  registry: Registry,
  warn: Warn,
): void {
  const earlier = was.filter(({ word }) => word !== "naive");
  const now = new Set(is.map(hashOf));
  if (earlier.every((call) => now.has(hashOf(call)))) return;
  const written = (calls: readonly Call[]): readonly string[] =>
    calls.map((call) => callTextWithPositional(call, registry));
  warn("update-unheld", { start, was: written(earlier), is: written(is) });
}
