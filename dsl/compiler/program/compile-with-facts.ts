/**
 * The needs/update protocol run to its end: compile, have answered what the compiler lacks, compile again, until nothing is
 * missing that is asked for. Whoever knows the world (a kernel, a page) brings the answers.
 */
import { CodedError } from "../../language/diagnostics/codes.js";
import type { Source } from "../../language/diagnostics/span.js";
import { compile, type Compiled } from "./compile.js";
import { EarlierCells } from "../statement/earlier-cells.js";
import type { Outside } from "../plan/known-names.js";
import { Facts, type FactOf, type Failed, type Need } from "../../language/types/facts.js";
import type { Registry } from "../../language/types/registry.js";

export type Fact = FactOf<Need["about"]> | Failed;
/** Looks one thing up. A coded error that it rejects with is an answer too: the compiler reports it at the place that asked. */
export type Answer = (need: Need) => Promise<Fact>;

export interface Answering {
  readonly registry: Registry;
  readonly purpose: "assist" | "run";
  readonly outside: Outside;
  readonly answer: Answer;
  /** What is known before anything is asked. */
  readonly facts?: Facts;
  /** Whether a need is worth an answer; absent: every one is. */
  readonly asks?: (need: Need) => boolean;
  /** What earlier cells came to the last time; absent: they are read anew, once for all rounds. */
  readonly kept?: EarlierCells;
}
/** What a compilation came to, and all it was told on the way. */
export interface CompiledWith extends Compiled {
  readonly facts: Facts;
}

export async function compileAnswered(sources: readonly Source[], o: Answering): Promise<CompiledWith> {
  const { kept = new EarlierCells() } = o;
  let facts = o.facts ?? Facts.none;
  for (;;) {
    const compiled = compile(sources, o.registry, facts, o.purpose, o.outside, kept);
    const missing = compiled.needs.filter((need) => facts.get(need) === undefined && (o.asks?.(need) ?? true));
    if (missing.length === 0) return { ...compiled, facts };
    const answers = await Promise.all(missing.map((need) => answerSafely(need, o.answer)));
    facts = facts.withAll(missing.map((need, i) => [need, answers[i] as Fact]));
  }
}

async function answerSafely(need: Need, answer: Answer): Promise<Fact> {
  try {
    return await answer(need);
  } catch (error) {
    if (error instanceof CodedError) return { failed: { code: error.code, data: error.data } };
    throw error;
  }
}
