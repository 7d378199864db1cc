/** A training whose updates are shared by several processes: their number and combined requirements. */
import type {
  FederationCarrierCapabilities,
  RunnerCapabilities,
  WorkerCapabilities,
} from "../../language/types/capabilities/running.js";
import type { GivenValue, Call } from "../../language/types/value.js";
import type { Estimates, WorkersOfTraining, RecipePlan } from "./plan.js";
import type { Program } from "./program.js";
import { isCall } from "./value.js";

export interface WorkerRankLayout {
  /** Number of processes; 1 for a single one. */
  readonly count: number;
  /** Default threads per process on a machine with this many cores. */
  threads(cores: number): number;
  /** Whether they share this machine's memory. */
  readonly here: boolean;
  /** GPUs per process, and the price per hour of each, if known. */
  readonly gpus?: number;
  readonly price?: number;
}
const ALONE: WorkerRankLayout = { count: 1, threads: (cores) => cores, here: true };

/** Returns a runner's worker capabilities; undefined if it has no workers. */
export function workerCapabilitiesOf(registry: Program["registry"], { word }: Call): WorkerCapabilities | undefined {
  const runnerCapabilities: RunnerCapabilities | undefined = registry.find("runner", word)?.capabilities;
  return runnerCapabilities && "workerCount" in runnerCapabilities ? runnerCapabilities : undefined;
}
/** Returns a runner's capabilities for federated clients; undefined if it carries none. */
export function federationCapabilitiesOf(
  registry: Program["registry"],
  { word }: Call,
): FederationCarrierCapabilities | undefined {
  const runnerCapabilities: RunnerCapabilities | undefined = registry.find("runner", word)?.capabilities;
  return runnerCapabilities && "joiningClients" in runnerCapabilities ? runnerCapabilities : undefined;
}

export const workerRankLayoutOf = (
  { registry }: Pick<Program, "registry">,
  runner: GivenValue | undefined,
): WorkerRankLayout => (isCall(runner?.value) ? rankLayoutOfRunner(runner.value, registry) : ALONE);

export function rankLayoutOfRunner(runner: Call, registry: Program["registry"]): WorkerRankLayout {
  const workers = workerCapabilitiesOf(registry, runner);
  if (!workers) return ALONE;
  // Runners with an unknown number of workers do not share updates (compiler/checks/ranks.ts).
  const [gpus, price] = [workers.gpusPerWorker?.(runner) ?? 0, workers.hourlyPrice?.(runner) ?? null];
  return {
    count: workers.workerCount(runner) ?? 1,
    threads: (cores) => workers.threadsPerWorker(runner, cores),
    here: workers.isThisMachine,
    ...(gpus > 0 && { gpus }),
    ...(price !== null && { price }),
  };
}

/**
 * Estimates a training over ranks. Each rank holds the full model and its share of a batch. Local ranks share the
 * cores, so together they are as fast as one. Remote ranks have their own cores, assumed equally fast. The speed of
 * their GPUs is unknown.
 */
export function estimateWithRanks(
  { count, threads, here, gpus, price }: WorkerRankLayout,
  cores: number,
  training: RecipePlan,
  estimated: (training: RecipePlan) => Estimates,
): Estimates {
  const { secondsBetween, ...alone } = estimated(training);
  const between = secondsBetween && { secondsBetween };
  if (count === 1 && here) return { ...alone, ...between };
  const batch_size = Math.ceil(training.batch_size / count);
  // Gradients are summed in a buffer, as with gradient accumulation.
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
  { count, threads, gpus }: WorkersOfTraining,
  cores: number,
): Pick<Estimates, "seconds" | "secondsBetween"> {
  if (seconds === null || gpus !== undefined) return { seconds: null };
  const scaled = (one: number): number => Number(((one * cores) / (count * threads)).toPrecision(3));
  return {
    seconds: scaled(seconds),
    ...(between && { secondsBetween: [scaled(between[0]), scaled(between[1])] as const }),
  };
}
