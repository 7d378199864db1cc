/**
 * The host's side of the needs/update protocol: a workshop answers what the compiler lacks. Kernel, command line and tests
 * come through here.
 */
import { compileAnswered, type CompiledWith } from "#dsl/compile/answered.js";
import type { Source } from "#dsl/diagnostics/span.js";
import type { Registry } from "#dsl/types/registry.js";
import { registry as whole } from "#stdlib/registry.js";
import { plainSurroundings, type Surroundings } from "../core/session/host-context.js";
import { Workshop } from "./dataset-cache.js";

export interface CompileOptions {
  readonly purpose?: "assist" | "run";
  readonly surroundings?: Surroundings;
  /** Keeps prepared data and resolved bases between calls; a new one per call otherwise. */
  readonly workshop?: Workshop;
  /** Model or run name → recipe hash of its present weights. */
  readonly trained?: Readonly<Record<string, string>>;
  readonly registry?: Registry;
}

export async function compileAll(sources: readonly Source[], o: CompileOptions = {}): Promise<CompiledWith> {
  const surroundings = o.surroundings ?? plainSurroundings(process.cwd());
  const workshop = o.workshop ?? new Workshop();
  surroundings.signal?.throwIfAborted();
  const compiled = await compileAnswered(sources, {
    registry: o.registry ?? whole,
    purpose: o.purpose ?? "run",
    outside: {
      typescript: surroundings.typescript(),
      trained: o.trained ?? {},
      parameters: surroundings.parameters,
    },
    answer: (need) => {
      surroundings.signal?.throwIfAborted();
      return workshop.answer(need, surroundings);
    },
  });
  surroundings.signal?.throwIfAborted();
  return compiled;
}
