/** The options of a session, and the context in which it runs a source. */
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Experiment } from "#dsl/compiler/plan/action.js";
import type { SessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import type { Engine, EngineOptions } from "../engines/engine.js";
import type { ClusterAccess } from "../remote/coordinator/work-methods.js";
import type { Screen } from "./live-training.js";
import type { SweepControls } from "../display/sweeps/sweep-controls.js";
import type { AnnotationSession } from "../data/annotations/annotation-session.js";
import type { RunEvent } from "../events/events.js";
import type { HostContext } from "../host/host-context.js";
import type { TrackersOptions } from "../trackers/trackers.js";
import type { Warnings } from "./warnings.js";

/** Receives the names that Tune defines, for the TypeScript side. */
export interface NameSink {
  define(name: string, value: unknown, type: string): void;
  remove(name: string): void;
}
/** Offers an annotation session to front ends; returns the id by which they open it. */
export interface AnnotationHost {
  offer(annotation: AnnotationSession): string;
}
/** Offers front ends a sweep to control while it runs; returns the id by which they find it. */
export interface ControlsHost {
  offer(sweep: SweepControls): string;
}
export interface SessionOptions {
  /** Folder of the notebook or file: relative paths start there. */
  readonly folder: string;
  /** Folder of all runs. */
  readonly runs: string;
  readonly names?: NameSink;
  /** Vocabulary of the session's sources. Defaults to the package's words and those defined through the session. */
  readonly vocabulary?: SessionVocabulary;
  /** Where front ends find annotation sessions; unset if there are none. */
  readonly annotations?: AnnotationHost;
  /** Where front ends find running sweeps; unset if there are none. */
  readonly controls?: ControlsHost;
  /** Defaults to starting engines for each session. */
  readonly startEngine?: (options: EngineOptions) => Promise<Engine>;
  /** How long to wait for trackers. */
  readonly trackers?: TrackersOptions;
  /**
   * Set when a notebook is verified: the folder for all output outside its runs. Unset: output goes where the program
   * says.
   */
  readonly verifying?: string;
}
/** The context of a running source. */
export interface ExecutionContext {
  readonly screen: Screen;
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
  /** The sources that were compiled for this execution, the present one last. */
  readonly sources: readonly Source[];
  readonly warnings: Warnings;
  /** The experiment that the training belongs to, with its trackers; unset if none was declared. */
  readonly experiment?: Experiment;
  /** Receives the events of a running training. */
  readonly follows?: TrainingFollower;
  /** The cluster that runs this process as a job; unset outside a cluster. */
  readonly inside?: ClusterAccess;
}
/** Reports a training's progress to others. */
export interface TrainingFollower {
  /** Called when the run's folder exists and before any training. */
  began(name: string, folder: string): Promise<void>;
  event(event: RunEvent): void;
  validating(done: number, total: number): void;
}
/** The context that a source is run with. */
export type SourceContext = Omit<ExecutionContext, "sources" | "warnings" | "experiment">;

/** The diagnostics for which a source was refused. */
export class RefusedError extends Error {
  override readonly name = "TuneError";
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly sources: readonly Source[],
  ) {
    super(diagnostics.map((d) => diagnosticText(d).message).join("; "));
  }
}
