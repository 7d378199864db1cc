/**
 * Runners: where the work of a statement runs. A worker runner starts and stops workers and is independent of their
 * work, which they request from a coordinator (kernel/remote/coordinator). Its word defines their number and threads. A
 * federation runner names the transport to the clients (kernel/features/federate), which have their own rows.
 */
import type { Call } from "#dsl/language/types/value.js";

/** Available ways to start a worker; the runner selects one with its options. */
export interface WorkerLaunchers {
  process(options: { readonly threads: number }): StartedWorker;
  /** Starts jobs on a Ray cluster. */
  ray(cluster: { readonly address: string; readonly token?: string }): RayLauncher;
}
export interface RayLauncher {
  /** Queries the capacity. Coded errors `ray-unreachable`, `ray-refused`, `ray-no-room`. */
  look(options: WorkerResources): Promise<WorkerCapacity>;
  start(options: WorkerResources & { readonly threads: number }): StartedWorker;
}
export interface WorkerResources {
  readonly cpus: number;
  readonly gpus: number;
}
export interface WorkerCapacity {
  /** Number of workers that fit. */
  readonly room: number;
  /** Address of this machine that the workers can reach. */
  readonly host: string;
}
export interface StartedWorker {
  /** Name that it reports to the coordinator. */
  readonly name: string;
  /** Resolves when the worker has ended, with how it ended, as text after its name. Never rejects. */
  readonly ended: Promise<string>;
  /**
   * Returns true if the worker ended because its machine lacks what every worker needs, so that a replacement would end
   * in the same way.
   */
  readonly unfit?: () => boolean;
  /** Requests the worker to end, and then forces it. */
  end(): Promise<void>;
}

/** Available transports of a federation; the runner selects one with its options. `C`: type of the transport. */
export interface FederationTransports<C> {
  /** Uses a Flower SuperLink. */
  flower(options: FlowerTransportOptions): C;
}
export interface FlowerTransportOptions {
  readonly superlink: string;
  /** File of CA certificates, as written in the program. Defaults to the machine's trusted certificates. */
  readonly certificates?: string;
  /** Allows plain HTTP to other machines. */
  readonly plain: boolean;
  /** Seconds to wait for clients before the first round. */
  readonly wait: number;
  /** Timeout in seconds of a client's part in a round. */
  readonly round: number;
}

export type RunnerImplementation = WorkerRunner | FederationRunner;
export interface FederationRunner {
  federation<C>(call: Call, carriers: FederationTransports<C>): C;
}
export interface WorkerRunner {
  /** Called before the first worker starts. If undefined, workers run on this machine, as many as the word defines. */
  look?(call: Call, ways: Pick<WorkerLaunchers, "ray">): Promise<WorkerCapacity>;
  /**
   * Returns the cluster that the call names, on which a statement can continue by itself; not defined if there is none.
   * Throws the coded errors of secrets.
   */
  cluster?(call: Call): { readonly address: string; readonly token?: string };
  /** Starts one worker, initially or to replace one that ended. */
  start(call: Call, options: { readonly threads: number }, ways: WorkerLaunchers): StartedWorker;
}

/** Returns the runner of a statement that workers run. Federation runners are rejected at compile time. */
export function asWorkerRunner(runner: RunnerImplementation): WorkerRunner {
  if (!("start" in runner)) throw new Error("a runner of federations has no workers");
  return runner;
}
export function asFederationRunner(runner: RunnerImplementation): FederationRunner {
  if (!("federation" in runner)) throw new Error("a runner of workers carries no federation");
  return runner;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    runner: RunnerImplementation;
  }
}
