/**
 * Runners: where the work of a statement is done. A runner starts workers and ends them, and knows nothing of the work: that
 * they take from a coordinator by themselves (kernel/cluster). How many there are, and with how many threads, its word says.
 */
import type { Call } from "#dsl/types/value.js";

/** Ways of starting a worker that there are: the runner says which, and with what. */
export interface Ways {
  /** A process of this machine. */
  process(o: { readonly threads: number }): StartedWorker;
  /** Jobs of a Ray cluster. */
  ray(cluster: { readonly address: string; readonly token?: string }): RayWays;
}
export interface RayWays {
  /** Coded errors `ray-unreachable`, `ray-refused`, `ray-no-room`. */
  look(o: Needs): Promise<Place>;
  start(o: Needs & { readonly threads: number }): StartedWorker;
}
/** What a worker takes of its node. */
export interface Needs {
  readonly cpus: number;
  readonly gpus: number;
}
/** Where workers would be. */
export interface Place {
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

export interface RunnerImplementation {
  /** Asked before the first is started; absent: they are on this machine, as many as the word says. */
  look?(call: Call, ways: Pick<Ways, "ray">): Promise<Place>;
  /** The cluster that it names, where a statement may go on by itself there; absent: it has none. Coded errors of secrets. */
  cluster?(call: Call): { readonly address: string; readonly token?: string };
  /** Starts one worker, at first or in the place of one that ended. */
  start(call: Call, o: { readonly threads: number }, ways: Ways): StartedWorker;
}

declare module "#dsl/types/registry.js" {
  interface Implementations {
    runner: RunnerImplementation;
  }
}
