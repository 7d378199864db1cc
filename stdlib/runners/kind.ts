/**
 * Runners: where the work of a statement is done. One of workers starts and ends them, and knows nothing of the work: that
 * they take from a coordinator by themselves (kernel/remote/coordinator). How many there are, and with how many threads, its word says.
 * One of federations names what carries messages to their clients (kernel/features/federate), who have rows of their own.
 */
import type { Call } from "#dsl/language/types/value.js";

/** Ways of starting a worker that there are: the runner says which, and with what. */
export interface WorkerLaunchers {
  /** A process of this machine. */
  process(options: { readonly threads: number }): StartedWorker;
  /** Jobs of a Ray cluster. */
  ray(cluster: { readonly address: string; readonly token?: string }): RayLauncher;
}
export interface RayLauncher {
  /** Coded errors `ray-unreachable`, `ray-refused`, `ray-no-room`. */
  look(options: WorkerResources): Promise<WorkerCapacity>;
  start(options: WorkerResources & { readonly threads: number }): StartedWorker;
}
/** What a worker takes of its node. */
export interface WorkerResources {
  readonly cpus: number;
  readonly gpus: number;
}
/** Where workers would be. */
export interface WorkerCapacity {
  /** How many there is room for. */
  readonly room: number;
  /** The address of this machine that they reach. */
  readonly host: string;
}
export interface StartedWorker {
  /** What it calls itself to the coordinator. */
  readonly name: string;
  /** When it is no longer there: how it ended, in words after its name. Never rejects. */
  readonly ended: Promise<string>;
  /** Of one that ended: whether its machine has not what any worker is run by, so that one in its place would end as it did. */
  readonly unfit?: () => boolean;
  /** Tells it to end, and makes it. */
  end(): Promise<void>;
}

/** What may carry a federation: the runner says which, and with what. `C`: what carries. */
export interface FederationTransports<C> {
  /** A SuperLink of Flower. */
  flower(options: FlowerTransportOptions): C;
}
export interface FlowerTransportOptions {
  readonly superlink: string;
  /** A file with certificates of who may sign for it, as it is written; absent: those that the machine trusts. */
  readonly certificates?: string;
  /** Plain HTTP to other machines is allowed. */
  readonly plain: boolean;
  /** Seconds that clients are waited for before the first round. */
  readonly wait: number;
  /** Seconds of a client's part in a round. */
  readonly round: number;
}

export type RunnerImplementation = WorkerRunner | FederationRunner;
export interface FederationRunner {
  federation<C>(call: Call, carriers: FederationTransports<C>): C;
}
export interface WorkerRunner {
  /** Asked before the first is started; absent: they are on this machine, as many as the word says. */
  look?(call: Call, ways: Pick<WorkerLaunchers, "ray">): Promise<WorkerCapacity>;
  /** The cluster that it names, where a statement may go on by itself there; absent: it has none. Coded errors of secrets. */
  cluster?(call: Call): { readonly address: string; readonly token?: string };
  /** Starts one worker, at first or in the place of one that ended. */
  start(call: Call, options: { readonly threads: number }, ways: WorkerLaunchers): StartedWorker;
}

/** That of a statement which workers do. What carries federations was refused when it was compiled. */
export function asWorkerRunner(runner: RunnerImplementation): WorkerRunner {
  if (!("start" in runner)) throw new Error("a runner of federations has no workers");
  return runner;
}
/** That of a federation. */
export function asFederationRunner(runner: RunnerImplementation): FederationRunner {
  if (!("federation" in runner)) throw new Error("a runner of workers carries no federation");
  return runner;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    runner: RunnerImplementation;
  }
}
