/**
 * A session as its verbs use it: the names that earlier cells defined, their data and models, the engine. It does not
 * depend on any verb.
 */
import { EarlierCellsCache } from "#dsl/compiler/statement/earlier-cells.js";
import type { CompiledWithFacts } from "#dsl/compiler/program/compile-with-facts.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { Facts } from "#dsl/language/types/facts.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { makeSessionVocabulary, type SessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import { compileAll } from "./answers/host.js";
import { RefusedSources } from "./refused-cells.js";
import { EngineManager } from "../engines/manager/engine-manager.js";
import { ModelRegistry } from "./model-registry.js";
import { ModelCache } from "./model-cache.js";
import type { DrawableSweep } from "../display/sweeps/view.js";
import { bestTrialOf, openableRunOf } from "./trial-clearing.js";
import type { HostContext } from "../host/host-context.js";
import { DatasetCache } from "./answers/dataset-cache.js";
import type { Evaluation } from "../inference/evaluations/evaluation.js";
import { TrackerSender } from "../trackers/trackers.js";
import type { SavedEvaluation } from "../inference/evaluations/kept-evaluations.js";
import type { NameSink, SessionOptions } from "./execution-context.js";

/** A server started by a statement. */
export interface StartedModelServer {
  readonly name: string;
  readonly port: number;
  readonly running: boolean;
  /** Folders of the models that it serves. */
  readonly folders: readonly string[];
  /** Stops the server when the session ends. */
  end(): Promise<void>;
}

export class OpenSession {
  readonly datasets = new DatasetCache();
  readonly engines: EngineManager;
  readonly models: ModelRegistry;
  readonly weights: ModelCache;
  readonly sweeps = new Map<string, DrawableSweep & { readonly plan: SweepPlan; readonly journal: string }>();
  /** Names of sweeps that had no time for a trial. */
  readonly untrained = new Set<string>();
  readonly data = new Map<string, DataPlan>();
  /** Every evaluation of the session, oldest first; the report of `npm start` uses it. */
  readonly evaluations: Evaluation[] = [];
  /** Displayed results of these evaluations, for reports. */
  readonly keptEvaluations: SavedEvaluation[] = [];
  readonly trackers: TrackerSender;
  /** Servers by name; they end with the session. */
  readonly servers = new Map<string, StartedModelServer>();
  /** Wall time of each action that ended well, oldest first. */
  readonly seconds: { readonly verb: string; readonly seconds: number }[] = [];
  readonly names: NameSink;
  readonly vocabulary: SessionVocabulary;
  protected sources: readonly Source[] = [];
  /** Refused sources, to explain names that are missing because of them. */
  protected readonly refused = new RefusedSources();
  /** Compilation results of earlier cells, for the next compilation. */
  readonly earlierCells = new EarlierCellsCache();
  /** Background work of an interrupted training; the next statement that needs the model waits for it. */
  private readonly background = new Set<Promise<unknown>>();

  constructor(readonly options: SessionOptions) {
    this.names = options.names ?? { define: () => undefined, remove: () => undefined };
    this.vocabulary = options.vocabulary ?? makeSessionVocabulary();
    this.engines = new EngineManager({ ...(options.startEngine && { start: options.startEngine }) });
    this.models = new ModelRegistry(this);
    this.weights = new ModelCache({
      datasets: this.datasets,
      engines: this.engines,
      handle: (name) => this.models.get(name),
    });
    this.trackers = new TrackerSender({
      ...options.trackers,
      ...(options.verifying !== undefined && { silent: true }),
    });
  }

  private withoutBest(name: string): number | undefined {
    if (this.untrained.has(name)) return 0;
    const sweep = this.sweeps.get(name);
    return sweep?.best === null ? sweep.trials.length : undefined;
  }

  get runs(): string {
    return this.options.runs;
  }
  /** Facts that the last compilation received, for the assistant. */
  known = Facts.none;
  /** Sources that have run so far, for the assistant. */
  get earlier(): readonly Source[] {
    return this.sources;
  }

  /** Sets the sources that ran in another process, so that later names have the same meaning as there. */
  adopt(sources: readonly Source[]): void {
    this.sources = sources;
  }

  /** Extends the host's context by the best trials of this session's sweeps. */
  around(hostContext: HostContext): HostContext {
    return {
      ...hostContext,
      runs: this.runs,
      best: (sweep) => bestTrialOf(this.sweeps.get(sweep))?.values ?? hostContext.best?.(sweep),
      bestRun: (sweep) => openableRunOf(bestTrialOf(this.sweeps.get(sweep))) ?? hostContext.bestRun?.(sweep),
      withoutBest: (sweep) => this.withoutBest(sweep),
    };
  }

  async compile(
    source: Source,
    hostContext: HostContext,
    purpose: "assist" | "run" = "run",
  ): Promise<CompiledWithFacts> {
    await this.vocabulary.ready();
    return compileAll([...this.sources, source], {
      purpose,
      registry: this.vocabulary.registry,
      hostContext: this.around(hostContext),
      datasets: this.datasets,
      earlierCells: this.earlierCells,
      trained: this.models.trained(),
      recipes: this.models.recipes(),
      refused: this.refused.namesBeside(source),
    });
  }

  /** Tracks background work; the tracked promise never rejects. */
  later(work: Promise<unknown>): void {
    const pending = work.catch(() => undefined).finally(() => this.background.delete(pending));
    this.background.add(pending);
  }

  /** Resolves when the present background work is done. */
  async settled(): Promise<void> {
    await Promise.all(this.background);
  }

  /** Stops the servers, waits for background work, then closes the engine. */
  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.end()));
    await Promise.all(this.background);
    await this.weights.close();
    await this.engines.close();
    await this.trackers.close();
  }
}
