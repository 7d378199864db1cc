/**
 * Runs the compiler until its needs are met: compile, look up the missing facts, compile again. The host (a kernel, a
 * page) looks up the facts.
 */
import { CodedError } from "../../language/diagnostics/codes.js";
import type { Source } from "../../language/diagnostics/span.js";
import { compile, type CompileResult } from "./compile.js";
import { EarlierCellsCache } from "../statement/earlier-cells.js";
import type { CompilerEnvironment } from "../plan/known-names.js";
import { Facts, type FactOf, type FailedFact, type Need } from "../../language/types/facts.js";
import type { Registry } from "../../language/types/registry.js";

export type FactAnswer = FactOf<Need["about"]> | FailedFact;
/**
 * Looks up one fact. A coded error that it rejects with is an answer too: the compiler reports it where the fact was
 * requested.
 */
export type FactLookup = (need: Need) => Promise<FactAnswer>;

export interface CompileOptions {
  readonly registry: Registry;
  readonly purpose: "assist" | "run";
  readonly outside: CompilerEnvironment;
  readonly answer: FactLookup;
  /** Facts known in advance. */
  readonly facts?: Facts;
  /** Whether to answer a need; defaults to answering all. */
  readonly asks?: (need: Need) => boolean;
  /** Cached results of earlier cells; by default they are read once for all rounds. */
  readonly cellCache?: EarlierCellsCache;
}
/** Result of a compilation, with all facts it received. */
export interface CompiledWithFacts extends CompileResult {
  readonly facts: Facts;
}

export async function compileWithFacts(
  sources: readonly Source[],
  options: CompileOptions,
): Promise<CompiledWithFacts> {
  const { cellCache = new EarlierCellsCache() } = options;
  let facts = options.facts ?? Facts.none;
  for (;;) {
    const compiled = compile(sources, options.registry, facts, options.purpose, options.outside, cellCache);
    const missing = compiled.needs.filter((need) => facts.get(need) === undefined && (options.asks?.(need) ?? true));
    if (missing.length === 0) return { ...compiled, facts };
    const answers = await Promise.all(missing.map((need) => answerSafely(need, options.answer)));
    facts = facts.withAll(missing.map((need, i) => [need, answers[i] as FactAnswer]));
  }
}

async function answerSafely(need: Need, answer: FactLookup): Promise<FactAnswer> {
  try {
    return await answer(need);
  } catch (error) {
    if (error instanceof CodedError) return { failed: { code: error.code, data: error.data } };
    throw error;
  }
}
