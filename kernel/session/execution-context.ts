/** The options of a session, and the context in which it runs a source. */
import { diagnosticText, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { type Diagnostic, asDiagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source, Span } from "#dsl/language/diagnostics/span.js";
import type { ExperimentSettings } from "#dsl/compiler/plan/action.js";
import type { SessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import type { Engine, EngineOptions } from "../engines/engine.js";
import type { OwnClusterAccess } from "../remote/coordinator/work-methods.js";
import type { OutputScreen } from "./live-training.js";
import type { SweepControls } from "../display/sweeps/sweep-controls.js";
import type { AnnotationSession } from "../data/annotations/annotation-session.js";
import type { RunEvent } from "../events/events.js";
import type { HostContext } from "../host/host-context.js";
import type { TrackersOptions } from "../trackers/trackers.js";
import { diagnosticKey } from "#dsl/language/diagnostics/group-warnings.js";
import { diagnosticsView } from "../display/diagnostics.js";
import type { DisplayOutput } from "../display/html.js";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";

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
  readonly screen: OutputScreen;
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
  /** The sources that were compiled for this execution, the present one last. */
  readonly sources: readonly Source[];
  readonly warnings: WarningReporter;
  /** The experiment that the training belongs to, with its trackers; unset if none was declared. */
  readonly experiment?: ExperimentSettings;
  /** Receives the events of a running training. */
  readonly follows?: TrainingFollower;
  /** The cluster that runs this process as a job; unset outside a cluster. */
  readonly inside?: OwnClusterAccess;
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

/** Warnings of running statements. Each is shown where it first occurs, and repetitions are added there. */
export function warnerAt({ warnings }: { readonly warnings: WarningReporter }, span: Span): Warn {
  return (code, data) => warnings.tell(asDiagnostic({ code, severity: "warning", data, span, labels: [] }));
}

export class WarningReporter {
  private readonly reported = new Map<string, { readonly id: string; readonly all: Diagnostic[] }>();

  /** @param id distinguishes the warnings of one source from those of others */
  constructor(
    private readonly screen: OutputScreen,
    private readonly sources: readonly Source[],
    private readonly id: string,
  ) {}

  tell(diagnostic: Diagnostic): void {
    const key = diagnosticKey(diagnostic);
    const before = this.reported.get(key);
    const id = before?.id ?? `${this.id}-warning-${String(this.reported.size)}`;
    const all = [...(before?.all ?? []), diagnostic];
    this.reported.set(key, { id, all });
    const shown = { ...this.shown(all), id, fixedText: true as const };
    if (before) this.screen.update({ ...shown, textOfUpdate: plainText(this.shown([diagnostic])) });
    else this.screen.display(shown);
  }

  private shown(diagnostics: readonly Diagnostic[]): DisplayOutput {
    return diagnosticsView(diagnostics, this.sources);
  }
}

const plainText = ({ bundle }: DisplayOutput): string => String(bundle["text/plain"]);

// A verifying session runs a notebook again to compare its numbers, and leaves nothing behind. Reports, deployments and
// saved models go into one temporary folder, where later cells find them under the notebook's own names. No tracker is
// notified, nothing is pushed, and a detached training ends with its cell.

/** Shown where a notebook writes files for others. */
export const VERIFYING_NOTICE =
  "The notebook is being verified: this goes into a temporary folder, and no tracker is contacted.";

interface Session {
  readonly options: { readonly verifying?: string };
  readonly datasets: { readonly aside: Map<string, string> };
}

export function isVerifying({ options }: Pick<Session, "options">): boolean {
  return options.verifying !== undefined;
}

/** Returns where a program's output for `path` (absolute) goes: there, or into the folder of a verification. */
export function outputPathFor({ datasets, options: { verifying } }: Session, path: string): string {
  if (verifying === undefined) return path;
  // Paths in the same folder stay in a common folder, and none leads out of the verification folder.
  const folder = createHash("sha256").update(dirname(path)).digest("hex").slice(0, 16);
  const aside = join(verifying, folder, basename(path) || "root");
  datasets.aside.set(path, aside);
  return aside;
}

/** Reports a warning of running code: a condition that is not an error. */
export type Warn = <C extends Code>(code: C, data: CodeData[C]) => void;
