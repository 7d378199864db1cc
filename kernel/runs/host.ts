/**
 * The host's side of the needs/update protocol: compile, fetch what the compiler lacks, compile again, until nothing is
 * missing. Kernel, command line and tests come through here.
 */
import { compile, type Compiled } from "#dsl/compile.js";
import type { Source } from "#dsl/check/span.js";
import { CodedError } from "#dsl/check/codes.js";
import { Facts, type Failed, type FactOf, type Need } from "#dsl/plan/facts.js";
import type { Registry } from "#dsl/registry.js";
import { registry as whole } from "#stdlib/registry.js";
import { plainSurroundings, type Surroundings } from "./surroundings.js";
import { Workshop } from "./workshop.js";

export interface CompileOptions {
  readonly purpose?: "assist" | "run";
  readonly surroundings?: Surroundings;
  /** Keeps prepared data and resolved bases between calls; a new one per call otherwise. */
  readonly workshop?: Workshop;
  /** Model or run name → recipe hash of its present weights. */
  readonly trained?: Readonly<Record<string, string>>;
  readonly registry?: Registry;
}

/** What a compilation came to, and all it was told on the way. */
export interface CompiledWith extends Compiled {
  readonly facts: Facts;
}

export async function compileAll(sources: readonly Source[], o: CompileOptions = {}): Promise<CompiledWith> {
  const surroundings = o.surroundings ?? plainSurroundings(process.cwd());
  const workshop = o.workshop ?? new Workshop();
  const outside = {
    typescript: surroundings.typescript(),
    trained: o.trained ?? {},
    parameters: surroundings.parameters,
  };
  let facts = Facts.none;
  for (;;) {
    surroundings.signal?.throwIfAborted();
    const compiled = compile(sources, o.registry ?? whole, facts, o.purpose ?? "run", outside);
    const missing = compiled.needs.filter((need) => facts.get(need) === undefined);
    if (missing.length === 0) return { ...compiled, facts };
    const answers = await Promise.all(missing.map(async (need) => [need, await answerSafely(need, workshop, surroundings)] as const));
    for (const [need, answer] of answers) facts = facts.with(need, answer);
  }
}

/** A coded failure is an answer too: the compiler reports it at the place that asked. */
async function answerSafely(need: Need, workshop: Workshop, surroundings: Surroundings): Promise<FactOf<Need["about"]> | Failed> {
  try {
    return await workshop.answer(need, surroundings);
  } catch (error) {
    if (error instanceof CodedError) return { failed: { code: error.code, data: error.data } };
    throw error;
  }
}
