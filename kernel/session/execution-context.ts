/** What a session is opened with, and what a source of it is run with. */
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

/** Where the names go that Tune makes, for the other language. */
export interface NameSink {
  define(name: string, value: unknown, type: string): void;
  remove(name: string): void;
}
/** Offers an annotation session to front ends; returns the id by which they open it. */
export interface AnnotationHost {
  offer(annotation: AnnotationSession): string;
}
/** Offers front ends a sweep to work with while it runs; what they find it by comes back. */
export interface ControlsHost {
  offer(sweep: SweepControls): string;
}
export interface SessionOptions {
  /** Folder of the notebook or file: relative paths start there. */
  readonly folder: string;
  /** Folder of all runs. */
  readonly runs: string;
  readonly names?: NameSink;
  /** The words that its sources are written with; absent: the package's, and those that are defined through the session's own. */
  readonly vocabulary?: SessionVocabulary;
  /** Where front ends find what asks people; absent: there are none. */
  readonly annotations?: AnnotationHost;
  /** Where front ends find sweeps that run; absent: there are none. */
  readonly controls?: ControlsHost;
  /** Absent: each session starts engines of its own. */
  readonly startEngine?: (options: EngineOptions) => Promise<Engine>;
  /** How long trackers are waited for; absent: as usual. */
  readonly trackers?: TrackersOptions;
  /** It verifies: the folder that all goes into which would leave its runs. Absent: all goes where the program says. */
  readonly verifying?: string;
}
/** What a running source is given. */
export interface ExecutionContext {
  readonly screen: Screen;
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
  /** The sources that compiled to what runs, the present one last. */
  readonly sources: readonly Source[];
  readonly warnings: Warnings;
  /** Where what is trained belongs, and who is told of it; absent: no experiment stands above. */
  readonly experiment?: Experiment;
  /** Told of a training while it goes on; absent: nobody is. */
  readonly follows?: TrainingFollower;
  /** The cluster of which this process is a job; absent: of none. */
  readonly inside?: ClusterAccess;
}
/** Whoever tells others of a training. */
export interface TrainingFollower {
  /** It has its run's folder, and nothing is trained yet. */
  began(name: string, folder: string): Promise<void>;
  event(event: RunEvent): void;
  validating(done: number, total: number): void;
}
/** What a source is run with. */
export type SourceContext = Omit<ExecutionContext, "sources" | "warnings" | "experiment">;

/** The diagnostics that kept a source from running. */
export class RefusedError extends Error {
  override readonly name = "TuneError";
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly sources: readonly Source[],
  ) {
    super(diagnostics.map((d) => diagnosticText(d).message).join("; "));
  }
}
