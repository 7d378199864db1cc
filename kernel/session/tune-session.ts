/**
 * One Tune session: the names that earlier cells made, the data and models behind them, the engine. A notebook has one, a
 * `.tune` file has one. A source is compiled whole before anything of it runs; then its actions run in order.
 */
import type { SweepHandle } from "../core/sweep/trial.js";
import { EarlierCells } from "#dsl/compile/earlier.js";
import type { CompiledWith } from "#dsl/compile/answered.js";
import { CodedError, wordsFor } from "#dsl/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/diagnostics/diagnostic.js";
import type { Source } from "#dsl/diagnostics/span.js";
import { Facts } from "#dsl/types/facts.js";
import type { Action, Experiment, SweepPlan } from "#dsl/plan/plan.js";
import type { DataPlan } from "#dsl/types/subject.js";
import { makeVocabulary, type SessionVocabulary } from "#stdlib/lib/defined/vocabulary.js";
import type { Engine, EngineOptions } from "../engine/engine.js";
import type { Inside } from "../cluster/ways.js";
import { compileAll } from "./answers/host.js";
import { EngineRoom } from "./engines/engine-room.js";
import type { Screen } from "./trainings/live.js";
import { ModelRoom } from "./models/model-room.js";
import { WeightRoom } from "./models/weight-room.js";
import type { SweepControls } from "../core/display/sweeps/desk.js";
import type { DrawnSweep } from "../core/display/sweeps/view.js";
import { bestIn } from "./sweeps/clearing.js";
import { hasWeights } from "./sweeps/kept-weights.js";
import type { Desk as AnnotationDesk } from "../core/data/annotated/desk.js";
import type { RunEvent } from "../core/session/events.js";
import type { HostContext, Progress } from "../core/session/host-context.js";
import { ProgressLine } from "./progress-line.js";
import { DatasetCache } from "./answers/dataset-cache.js";
import type { Desk } from "./serving/desk.js";
import type { Evaluation } from "./verbs/evaluate-once.js";
import { Trackers, type TrackersOptions } from "../trackers/trackers.js";
import type { KeptEvaluation } from "./verbs/kept-evaluations.js";
import { Warnings } from "./warnings.js";
import { verbs } from "./verbs/verbs.js";
import "../artifacts/codes.js";

/** Where the names go that Tune makes, for the other language. */
export interface NameSink {
  define(name: string, value: unknown, type: string): void;
  remove(name: string): void;
}
/** Offers a desk to front ends; what they find it by comes back. */
export interface DeskHost {
  offer(desk: AnnotationDesk): string;
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
  readonly desks?: DeskHost;
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
export interface Stage {
  readonly screen: Screen;
  readonly hostContext: HostContext;
  readonly signal?: AbortSignal;
  /** The sources that compiled to what runs, the present one last. */
  readonly sources: readonly Source[];
  readonly warnings: Warnings;
  /** Where what is trained belongs, and who is told of it; absent: no experiment stands above. */
  readonly experiment?: Experiment;
  /** Told of a training while it goes on; absent: nobody is. */
  readonly follows?: Follows;
  /** The cluster of which this process is a job; absent: of none. */
  readonly inside?: Inside;
}
/** Whoever tells others of a training. */
export interface Follows {
  /** It has its run's folder, and nothing is trained yet. */
  began(name: string, folder: string): Promise<void>;
  event(event: RunEvent): void;
  validating(done: number, of: number): void;
}
/** What a source is run with. */
export type Given = Omit<Stage, "sources" | "warnings" | "experiment">;

/** The diagnostics that kept a source from running. */
export class Refused extends Error {
  override readonly name = "TuneError";
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    readonly sources: readonly Source[],
  ) {
    super(diagnostics.map((d) => wordsFor(d).message).join("; "));
  }
}

export class TuneSession {
  readonly datasets = new DatasetCache();
  readonly engines: EngineRoom;
  readonly models: ModelRoom;
  readonly weights: WeightRoom;
  readonly sweeps = new Map<string, DrawnSweep & { readonly plan: SweepPlan; readonly journal: string }>();
  /** Names of sweeps that had no time for a trial. */
  readonly untrained = new Set<string>();
  /** Data definitions by name. */
  readonly data = new Map<string, DataPlan>();
  /** Every evaluation of the session, oldest first: what `npm start` reports from. */
  readonly evaluations: Evaluation[] = [];
  /** What they showed, for reports. */
  readonly keptEvaluations: KeptEvaluation[] = [];
  readonly trackers: Trackers;
  /** What answers requests, by its name: it ends with the session. */
  readonly servers = new Map<string, Desk>();
  /** Wall time of each action that ended well, oldest first. */
  readonly seconds: { readonly verb: string; readonly seconds: number }[] = [];
  readonly names: NameSink;
  readonly vocabulary: SessionVocabulary;
  private sources: readonly Source[] = [];
  /** What they came to, for the next one's compilation. */
  readonly kept = new EarlierCells();
  /** Background work of an interrupted training; the next statement that needs the model waits for it. */
  private readonly background = new Set<Promise<unknown>>();

  constructor(readonly options: SessionOptions) {
    this.names = options.names ?? { define: () => undefined, remove: () => undefined };
    this.vocabulary = options.vocabulary ?? makeVocabulary();
    this.engines = new EngineRoom(options.startEngine);
    this.models = new ModelRoom(this);
    this.weights = new WeightRoom({
      datasets: this.datasets,
      engines: this.engines,
      handle: (name) => this.models.get(name),
    });
    this.trackers = new Trackers({ ...options.trackers, ...(options.verifying !== undefined && { silent: true }) });
  }

  private withoutBest(name: string): number | undefined {
    if (this.untrained.has(name)) return 0;
    const sweep = this.sweeps.get(name);
    return sweep?.best === null ? sweep.trials.length : undefined;
  }

  get runs(): string {
    return this.options.runs;
  }
  /** What the last source was told of the world, for the assistant. */
  known = Facts.none;
  /** Texts of what ran so far, for the assistant. */
  get earlier(): readonly Source[] {
    return this.sources;
  }

  /** Texts that ran elsewhere: names of later ones mean what they mean there. */
  adopt(sources: readonly Source[]): void {
    this.sources = sources;
  }

  /** What its sources find around them: the host's, and what its own sweeps came to. */
  around(hostContext: HostContext): HostContext {
    return {
      ...hostContext,
      runs: this.runs,
      best: (sweep) => bestIn(this.sweeps.get(sweep))?.values ?? hostContext.best?.(sweep),
      bestRun: (sweep) => bestRun(bestIn(this.sweeps.get(sweep))) ?? hostContext.bestRun?.(sweep),
      withoutBest: (sweep) => this.withoutBest(sweep),
    };
  }

  async compile(source: Source, hostContext: HostContext, purpose: "assist" | "run" = "run"): Promise<CompiledWith> {
    await this.vocabulary.ready();
    return compileAll([...this.sources, source], {
      purpose,
      registry: this.vocabulary.registry,
      hostContext: this.around(hostContext),
      datasets: this.datasets,
      kept: this.kept,
      trained: this.models.trained(),
    });
  }

  /**
   * Compiles and runs a source. Errors of the text are a `Refused`; an error of an action is a `CodedError` whose span is
   * its statement. Warnings are handed to `onWarnings` before anything runs.
   */
  async run(
    source: Source,
    stage: Given,
    onWarnings: (diagnostics: readonly Diagnostic[]) => void = () => undefined,
  ): Promise<void> {
    const line = new ProgressLine(stage.screen, source.id);
    const onProgress = stage.hostContext.onProgress ?? ((progress: Progress) => line.on(progress));
    const within = { ...stage, hostContext: { ...stage.hostContext, onProgress } };
    try {
      await this.runIn(source, within, onWarnings, () => line.end());
    } finally {
      line.end();
    }
  }

  private async runIn(
    source: Source,
    stage: Given,
    onWarnings: (diagnostics: readonly Diagnostic[]) => void,
    onActionDone: () => void,
  ): Promise<void> {
    const { diagnostics, actions, facts } = await this.compile(source, stage.hostContext);
    this.known = facts;
    onActionDone();
    const errors = diagnostics.filter((d) => d.severity === "error");
    const sources = [...this.sources, source];
    if (errors.length > 0 || !actions) throw new Refused(diagnostics, sources);
    if (diagnostics.length > 0) onWarnings(diagnostics);
    this.sources = [...this.sources.filter((s) => s.id !== source.id), source];
    const warnings = new Warnings(stage.screen, sources, `${source.id}-${Date.now().toString(36)}`);
    for (const action of actions) {
      stage.signal?.throwIfAborted();
      const begun = performance.now();
      try {
        const { experiment } = action;
        await this.act(action, { ...stage, sources, warnings, ...(experiment && { experiment }) });
        onActionDone();
        this.seconds.push({ verb: action.verb, seconds: (performance.now() - begun) / 1000 });
      } catch (error) {
        throw placed(error, action);
      }
    }
  }

  private act<V extends Action["verb"]>(action: Extract<Action, { verb: V }>, stage: Stage): Promise<void> {
    const run = verbs[action.verb] as (
      session: TuneSession,
      action: Extract<Action, { verb: V }>,
      stage: Stage,
    ) => Promise<void>;
    return run(this, action, stage);
  }

  /** Keeps a promise of background work; it never rejects unhandled. */
  later(work: Promise<unknown>): void {
    const kept = work.catch(() => undefined).finally(() => this.background.delete(kept));
    this.background.add(kept);
  }

  /** When what is under way in the background now is done. */
  async settled(): Promise<void> {
    await Promise.all(this.background);
  }

  /** Ends what serves, waits for background work, then ends the engine. */
  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.end()));
    await Promise.all(this.background);
    await this.weights.close();
    await this.engines.close();
    await this.trackers.close();
  }
}

/** A coded error without a place gets its statement's. */
function placed(error: unknown, action: Action): unknown {
  if (!(error instanceof CodedError) || error.at.span) return error;
  return error.placed(action.span);
}

/** The folder of a best trial's run, where its weights are still there. */
function bestRun(best: SweepHandle["best"] | undefined): string | null | undefined {
  if (!best) return undefined;
  return best.run !== null && hasWeights(best.run) ? best.run : null;
}
