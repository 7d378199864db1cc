/** What words say of themselves by which work is done elsewhere, and models are written for elsewhere. */
import type { ServerSettings } from "./serving.js";
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

/** What a trained model is written as. */
export interface TargetCapabilities<C extends Call = Call> {
  /** What is named: a folder that is filled, or a file; absent: nothing is written. */
  readonly writes?: "folder" | "file";
  /** It answers requests until it is stopped, of several models too, under a name of its own. */
  readonly serves?: CallFunction<C, ServerSettings>;
  /** How the names of such files end. */
  readonly ending?: string;
  /** Of one that writes a file: ends of the names of others that it writes beside, in place of `ending`. */
  readonly beside?: readonly string[];
  /** It holds models alone whose tasks continue texts. */
  readonly continues?: true;
  /** It holds models of these tasks alone; absent: of any. */
  readonly tasks?: readonly string[];
  /** The parameter that sends it elsewhere than to a place here. */
  readonly sentBy?: string;
  /** The parameter that may fix how many texts are read at once, and how many tokens of each. */
  readonly shapedBy?: string;
}

/** Where the work of a statement is done: by workers that share it, or by clients that each have rows of their own. */
export type RunnerCapabilities<C extends Call = Call> = WorkerCapabilities<C> | CarrierCapabilities<C>;
/** It starts workers, which take what work there is. */
export interface WorkerCapabilities<C extends Call = Call> {
  /** How many workers there are; null: as many as there is room for, which is asked when they are started. */
  readonly workers: CallFunction<C, number | null>;
  /** Threads that each has, of a machine with so many. */
  readonly threads: CallFunction<C, number, [cores: number]>;
  /** What they are, in the plural: they share the memory and the processor of the notebook's machine, or have their own. */
  readonly are: string;
  readonly here: boolean;
  /** Graphics cards that each has; absent: none that the runner knows of. */
  readonly gpus?: CallFunction<C, number>;
  /** What one costs in an hour, in whatever money; absent or null: nobody said. */
  readonly price?: CallFunction<C, number | null>;
  /** Where the search of a sweep runs whose trials it does; null: beside its workers, if it can. Absent: in the notebook. */
  readonly search?: CallFunction<C, "here" | "cluster" | null>;
}
/** It carries what is said between who leads a federation and its clients, and does no other work. */
export interface CarrierCapabilities<C extends Call = Call> {
  /** How many clients join by themselves; null: those whose data the statement names are started. */
  readonly federates: CallFunction<C, number | null>;
}
