/**
 * Runners: where the work of a statement is done. A runner starts workers and ends them, and knows nothing of the work: that
 * they take from a coordinator by themselves (kernel/cluster). How many there are, and with how many threads, its word says.
 */
import type { Call } from "#dsl/types/value.js";

/** Ways of starting a worker that there are: the runner says which, and with what. */
export interface Ways {
  /** A process of this machine. */
  process(o: { readonly threads: number }): StartedWorker;
}
export interface StartedWorker {
  /** What it calls itself to the coordinator. */
  readonly name: string;
  /** When it is no longer there: how it ended, in words after its name. Never rejects. */
  readonly ended: Promise<string>;
  /** Tells it to end, and makes it. */
  end(): Promise<void>;
}

export interface RunnerImplementation {
  /** Starts one worker, at first or in the place of one that ended. */
  start(call: Call, o: { readonly threads: number }, ways: Ways): StartedWorker;
}

declare module "#dsl/types/registry.js" {
  interface Implementations {
    runner: RunnerImplementation;
  }
}
