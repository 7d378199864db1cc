/** A training whose updates several processes share: how many they are, and what they need together. */
import type { RunnerCapabilities } from "../types/capabilities.js";
import type { Given } from "../types/given.js";
import type { Call } from "../types/value.js";
import type { Estimates, RecipePlan } from "./plan.js";
import type { Program } from "./program.js";
import { isCall } from "./value.js";

export interface Ranks {
  /** 1: it trains alone. */
  readonly count: number;
  /** Threads of each on a machine with so many cores, where nobody says how many. */
  threads(cores: number): number;
  /** Whether they share this machine's memory. */
  readonly here: boolean;
}
const ALONE: Ranks = { count: 1, threads: (cores) => cores, here: true };

export const ranksOf = ({ registry }: Pick<Program, "registry">, runner: Given | undefined): Ranks =>
  isCall(runner?.value) ? ranksIn(runner.value, registry) : ALONE;

export function ranksIn(runner: Call, registry: Program["registry"]): Ranks {
  const of: RunnerCapabilities | undefined = registry.find("runner", runner.word)?.capabilities;
  if (!of) return ALONE;
  // Those whose number nobody knows before train no updates together (rules/ranks.ts).
  return { count: of.workers(runner) ?? 1, threads: (cores) => of.threads(runner, cores), here: of.here };
}

/** Each rank holds the whole model, and its share of a batch. */
export function estimateOfRanks(
  { count, threads, here }: Ranks,
  cores: number,
  training: RecipePlan,
  estimated: (training: RecipePlan) => Estimates,
): Estimates {
  const alone = estimated(training);
  if (count === 1) return alone;
  const batch_size = Math.ceil(training.batch_size / count);
  // Sums of gradients are kept, as where several batches make an update.
  const each = estimated({ ...training, batch_size, accumulate: Math.max(2, training.accumulate) });
  const memoryBytes = (here ? count : 1) * each.memoryBytes;
  return { ...alone, memoryBytes, ranks: { count, threads: threads(cores) } };
}
