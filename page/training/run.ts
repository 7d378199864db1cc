/**
 * One training on a page: the notebook's own parts (rows, programs, loop, scores, the adapter's file) with the page's
 * files and engine. It can be interrupted and continued. The state at each checkpoint is passed on to be stored
 * (`unfinished-trainings.ts`).
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { keepsBestWeights, rankingDirectionOf, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Checkpoint } from "#kernel/runs/checkpoints.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { BaseModel } from "#kernel/bases/base.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { Engine } from "#kernel/engines/engine.js";
import { openModelOfPlan, type OpenModel } from "#kernel/models/open-model.js";
import { prepareTrainingHead } from "#kernel/models/own-head.js";
import { LiveTraining, trainingTitle, type OutputScreen } from "#kernel/session/live-training.js";
import {
  prepareTrainingInputs,
  type TrainingInputSources,
  type TrainingInputs,
} from "#kernel/training-runs/training-inputs.js";
import { openTrainingSteps } from "#kernel/training-runs/basic-steps.js";
import { runTrainingLoop } from "#kernel/training/loop/train.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import type { PageWorld } from "../world/world.js";
import {
  forgetCheckpoints,
  newestCheckpoint,
  checkpointOfStep,
  restoreCheckpoints,
  resumeCheckpoints,
  inMemoryRunFolder,
} from "./instead/checkpoints.js";
import type { TrainAction } from "./trainable.js";
import { withFrequentCheckpoints, type StoredTrainingState } from "./unfinished-trainings.js";

export interface PageRunOptions {
  readonly engine: Engine;
  readonly world: PageWorld;
  readonly action: TrainAction;
  readonly base: BaseModel;
  readonly screen: OutputScreen;
  /** The stored state of a continued training. */
  readonly left: StoredTrainingState | null;
}

/** Measurement of a few steps, taken only for their time. */
export interface SpeedProbe {
  /** Time of the faster one of the last two steps: the first one compiles. */
  readonly seconds: number;
  readonly losses: readonly number[];
}
const PROBED = 3;
const hostContext = { folder: ".", parameters: {}, live: () => undefined, typescript: () => [] };

/** A training that stays open from its first step until another one starts. */
export class PageRun {
  readonly events: RunEvent[] = [];
  private readonly live: LiveTraining;
  /** The present checkpoint; null before the start. */
  private checkpoint: Checkpoint | null = null;
  private ended: StoredTrainingState["ended"] = null;
  private aborter = new AbortController();

  private constructor(
    private readonly given: PageRunOptions,
    readonly material: TrainingInputs,
    readonly open: OpenModel,
  ) {
    this.live = new LiveTraining(given.screen, "training", trainingTitle(given.action.plan), given.action.plan);
  }

  static async begin(given: PageRunOptions): Promise<PageRun> {
    const { engine, world, base } = given;
    const { plan, name } = given.action;
    const tokenizer = await loadTokenizer(base.folder);
    const sources: TrainingInputSources = {
      weights: { parts: () => Promise.resolve({ base, tokenizer }) },
      datasets: { data: (data, reader) => world.prepared(data, reader) },
    };
    const material = await prepareTrainingInputs(sources, { plan, name }, { hostContext });
    const open = await openModelOfPlan(engine, plan, base, material.labels, ".");
    await prepareTrainingHead(open, plan, material);
    const run = new PageRun(given, material, open);
    if (given.left) await run.takeUp(given.left);
    return run;
  }

  get plan(): Plan {
    return this.given.action.plan;
  }
  get name(): string {
    return this.given.action.name;
  }
  /** Title of the engine. */
  get engine(): string {
    return this.given.engine.info.title;
  }
  get labels(): readonly string[] {
    return this.material.labels;
  }

  /** Measures the time of a step, and then restores the former weights. */
  async probe(): Promise<SpeedProbe> {
    const {
      session,
      states: { saved },
    } = this.open;
    const steps: { readonly seconds: number; readonly loss: number }[] = [];
    await session.setAside("probed", saved);
    const training = await this.training(null);
    await runTrainingLoop({
      ...training,
      validation: { ...training.validation, validate: null },
      hooks: [{ stepsUntilPause: () => 1, endsNow: () => (steps.length >= PROBED ? "give up" : null) }],
      onEvent: (event) => event.kind === "step" && steps.push(event),
    });
    await session.takeBack("probed");
    forgetCheckpoints();
    return {
      seconds: Math.min(...steps.slice(steps.length > 1 ? 1 : 0).map(({ seconds }) => seconds)),
      losses: steps.map(({ loss }) => loss),
    };
  }

  /**
   * Trains until it is done, or returns null if it was interrupted; a later call continues from there.
   * @param keeps called at each checkpoint
   */
  async train(keeps: (state: StoredTrainingState) => void): Promise<StoredTrainingState["ended"]> {
    if (this.ended) {
      await this.takeBest();
      this.live.behind(this.events);
      this.live.draw();
      return this.ended;
    }
    this.aborter = new AbortController();
    if (this.checkpoint) this.live.behind(this.events);
    const { signal } = this.aborter;
    const trained = await runTrainingLoop({
      ...(await this.training(this.checkpoint, signal)),
      hooks: [],
      signal,
      plan: await withFrequentCheckpoints(this.plan),
      onEvent: (event) => {
        this.events.push(event);
        this.live.on(event);
        if (event.kind === "checkpoint") keeps(this.state());
      },
    });
    await trained.settled;
    // Steps that ended after the interrupt are in the newest checkpoint, which equals the engine's state.
    this.checkpoint = newestCheckpoint() ?? trained.last;
    this.ended = trained.reason === "early" || trained.reason === "done" ? trained.reason : null;
    keeps(this.state());
    if (this.ended) await this.takeBest();
    this.live.draw();
    return this.ended;
  }

  private state(): StoredTrainingState {
    const of = this.events.findLast((event) => event.kind === "started")?.steps ?? 0;
    const checkpoints = resumeCheckpoints();
    const step = Math.max(0, ...checkpoints.map(({ position }) => position.step));
    return { step, of, ended: this.ended, events: [...this.events], checkpoints };
  }

  /** Restores a stored state, to continue from it. */
  private async takeUp({ step, events, ended, checkpoints }: StoredTrainingState): Promise<void> {
    restoreCheckpoints(checkpoints);
    this.checkpoint = mustExist(newestCheckpoint(), "a checkpoint of what was left");
    this.events.push(...(ended ? events : before(events, step)));
    this.ended = ended;
    await this.open.session.load(this.checkpoint.file);
  }

  /** Returns the options common to all its training loops, for the steps after a checkpoint (null: from the start). */
  private async training(resume: Checkpoint | null, signal?: AbortSignal) {
    const { plan, material, open } = this;
    const watched = watchedMetric(registry, plan.recipe.training);
    const opened = { plan, material, open, resume, wanted: { registry, plan, watched }, hostContext: {}, signal };
    const { source, validate } = await openTrainingSteps(opened, () => null);
    return {
      plan,
      source,
      resume,
      model: { session: open.session, saved: open.states.saved },
      validation: {
        validate,
        watched: { name: metricName(watched, registry), better: rankingDirectionOf(registry, watched, "keep") },
        stopping: material.stopping,
        onProgress: (done: number, total: number) => this.live.validating(done, total),
      },
      run: inMemoryRunFolder,
      lock: { demand: () => undefined },
      damaged: [],
      engine: this.engine,
    };
  }
  interrupt(): void {
    this.aborter.abort();
  }

  /** What is saved: PEFT's two files, or the folder of a fully trained model. */
  get saves(): "adapter" | "model" {
    return this.open.folder.adapter ? "adapter" : "model";
  }

  async close(): Promise<void> {
    this.interrupt();
    forgetCheckpoints();
    await this.open.dispose();
  }

  private async takeBest(): Promise<void> {
    const best = this.checkpoint?.position.best;
    if (!best || best.step === this.checkpoint?.position.step || !keepsBestWeights(this.plan.recipe.training)) return;
    await this.open.session.load(mustExist(checkpointOfStep(best.step), "the best checkpoint").file);
  }
}

/** Returns the events up to the step that a training continues from. */
const before = (events: readonly RunEvent[], step: number): readonly RunEvent[] =>
  events.filter((one) => "step" in one && one.step <= step && one.kind !== "stopped" && one.kind !== "stopping");
