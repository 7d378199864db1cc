/** Capabilities of runners, which execute work remotely, and of deployment targets. */
import type { ServerSettings } from "./serving.js";
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

/** Format in which a trained model is written. */
export interface DeployTargetCapabilities<C extends Call = Call> {
  /** What the path names: a folder that is filled, or a file. Unset if nothing is written. */
  readonly writes?: "folder" | "file";
  /** Answers requests until it is stopped, also for several models, under its own name. */
  readonly server?: CallFunction<C, ServerSettings>;
  /** Extension of its files. */
  readonly extension?: string;
  /** For a target that writes a file: endings of further files it writes next to it, in place of `ending`. */
  readonly extraExtensions?: readonly string[];
  /** Supports only models whose tasks continue texts. */
  readonly generativeOnly?: true;
  /** Supports only models of these tasks; defaults to any. */
  readonly onlyTasks?: readonly string[];
  /** The parameter that sends the model to a remote destination instead of a local path. */
  readonly destinationParameter?: string;
  /** The parameter that may fix the batch size and the tokens per text. */
  readonly shapeParameter?: string;
}

/** Where the work of a statement runs: on workers that share it, or on clients that each have their own rows. */
export type RunnerCapabilities<C extends Call = Call> = WorkerCapabilities<C> | FederationCarrierCapabilities<C>;
/** Starts workers, which take the available work. */
export interface WorkerCapabilities<C extends Call = Call> {
  /** Number of workers; null for as many as fit, determined when they are started. */
  readonly workerCount: CallFunction<C, number | null>;
  /** Threads per worker, on a machine with this many cores. */
  readonly threadsPerWorker: CallFunction<C, number, [cores: number]>;
  /** Plural noun for the workers. `here`: they share the memory and processor of the notebook's machine. */
  readonly workersNoun: string;
  readonly isThisMachine: boolean;
  /** GPUs per worker; unset if the runner knows of none. */
  readonly gpusPerWorker?: CallFunction<C, number>;
  /** Price per worker and hour, in any currency; null or unset if unknown. */
  readonly hourlyPrice?: CallFunction<C, number | null>;
  /** Where the search of a sweep runs: null for next to its workers, if possible. Defaults to the notebook. */
  readonly searchPlace?: CallFunction<C, "here" | "cluster" | null>;
}
/** Carries messages between a federation's coordinator and its clients, and does no other work. */
export interface FederationCarrierCapabilities<C extends Call = Call> {
  /** Number of clients that join on their own; null if clients are started for the data that the statement names. */
  readonly joiningClients: CallFunction<C, number | null>;
}
