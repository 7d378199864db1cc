/** A training whose updates several processes share: how many they are, and what they need together. */
import type {
  CarrierCapabilities,
  RunnerCapabilities,
  WorkerCapabilities,
} from "../../language/types/capabilities/running.js";
import type { Given } from "../../language/types/given-value.js";
import type { Call } from "../../language/types/value.js";
import type { Estimates, Sharing } from "./plan.js";
import type { RecipePlan } from "./recipe.js";
import type { Program } from "./program.js";
import { isCall } from "./value.js";

export interface Ranks {
  /** 1: it trains alone. */
  readonly count: number;
  /** Threads of each on a machine with so many cores, where nobody says how many. */
  threads(cores: number): number;
  /** Whether they share this machine's memory. */
  readonly here: boolean;
  /** Graphics cards of each, and what each costs in an hour, where somebody said. */
  readonly gpus?: number;
  readonly price?: number;
}
const ALONE: Ranks = { count: 1, threads: (cores) => cores, here: true };

/** What a runner says of its workers; undefined: it has none. */
export function workersOf(registry: Program["registry"], { word }: Call): WorkerCapabilities | undefined {
  const of: RunnerCapabilities | undefined = registry.find("runner", word)?.capabilities;
  return of && "workers" in of ? of : undefined;
}
/** What a runner says of the clients of a federation; undefined: it carries none. */
export function carrierOf(registry: Program["registry"], { word }: Call): CarrierCapabilities | undefined {
  const of: RunnerCapabilities | undefined = registry.find("runner", word)?.capabilities;
  return of && "federates" in of ? of : undefined;
}

export const ranksOf = ({ registry }: Pick<Program, "registry">, runner: Given | undefined): Ranks =>
  isCall(runner?.value) ? ranksIn(runner.value, registry) : ALONE;

export function ranksIn(runner: Call, registry: Program["registry"]): Ranks {
  const of = workersOf(registry, runner);
  if (!of) return ALONE;
  // Those whose number nobody knows before train no updates together (compiler/checks/ranks.ts).
  const [gpus, price] = [of.gpus?.(runner) ?? 0, of.price?.(runner) ?? null];
  return {
    count: of.workers(runner) ?? 1,
    threads: (cores) => of.threads(runner, cores),
    here: of.here,
    ...(gpus > 0 && { gpus }),
    ...(price !== null && { price }),
  };
}

/**
 * Each rank holds the whole model, and its share of a batch. Those of this machine share its cores, so together they are as fast
 * as one; those elsewhere have cores of their own, taken for as fast as these. How fast their graphics cards are nobody knows.
 */
export function estimateOfRanks(
  { count, threads, here, gpus, price }: Ranks,
  cores: number,
  training: RecipePlan,
  estimated: (training: RecipePlan) => Estimates,
): Estimates {
  const { secondsBetween, ...alone } = estimated(training);
  const between = secondsBetween && { secondsBetween };
  if (count === 1 && here) return { ...alone, ...between };
  const batch_size = Math.ceil(training.batch_size / count);
  // Sums of gradients are kept, as where several batches make an update.
  const each = estimated({ ...training, batch_size, accumulate: Math.max(2, training.accumulate) });
  const memoryBytes = (here ? count : 1) * each.memoryBytes;
  const ranks = {
    count,
    threads: threads(cores),
    ...(!here && { elsewhere: true as const }),
    ...(gpus !== undefined && { gpus }),
    ...(price !== undefined && { price }),
  };
  return {
    ...alone,
    ...(here ? between : secondsElsewhere(alone.seconds, secondsBetween, ranks, cores)),
    memoryBytes,
    ranks,
  };
}

function secondsElsewhere(
  seconds: number | null,
  between: Estimates["secondsBetween"],
  { count, threads, gpus }: Sharing,
  cores: number,
): Pick<Estimates, "seconds" | "secondsBetween"> {
  if (seconds === null || gpus !== undefined) return { seconds: null };
  const of = (one: number): number => Number(((one * cores) / (count * threads)).toPrecision(3));
  return { seconds: of(seconds), ...(between && { secondsBetween: [of(between[0]), of(between[1])] as const }) };
}
