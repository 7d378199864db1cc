/**
 * One training on a page: the notebook's own parts (rows, programs, loop, scores, the adapter's file) with the page's
 * files and engine. It can be interrupted and continued. The state at each checkpoint is passed on to be stored
 * (`unfinished-trainings.ts`).
 */
import { must } from "#dsl/language/diagnostics/codes.js";
import { keepsBest, rankingDirectionOf, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Checkpoint } from "#kernel/runs/checkpoints.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { standardiseTargets } from "#kernel/runs/standardised-weights.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import type { Base } from "#kernel/bases/base.js";
import type { HostContext } from "#kernel/host/host-context.js";
import type { RunEvent } from "#kernel/events/events.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import type { Engine } from "#kernel/engines/engine.js";
import { predictorOf } from "#kernel/inference/predictor.js";
import { computeRowLogits } from "#kernel/inference/score.js";
import { openModel, type OpenModel } from "#kernel/models/open-model.js";
import { alignBaseHead } from "#kernel/models/own-head.js";
import type { ReadTextPrediction } from "#kernel/inference/prompts.js";
import { exactHeadFit } from "#kernel/training-runs/exact.js";
import { LiveTraining, trainingTitle, type Screen } from "#kernel/session/live-training.js";
import { prepareMaterial, type MaterialSources, type TrainingMaterial } from "#kernel/training-runs/material.js";
import { validatorFor } from "#kernel/training-runs/validating.js";
import type { TrainingOutcome } from "#kernel/training/loop/contract.js";
import type { StepSource } from "#kernel/training/loop/step-source.js";
import { runTrainingLoop } from "#kernel/training/loop/train.js";
import type { Validate } from "#kernel/training/loop/validation.js";
import { minibatchSteps, pipelineSource } from "#kernel/training/steps.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import type { PageWorld } from "../world/world.js";
import type { AdapterCardInput } from "./card.js";
import {
  forgetCheckpoints,
  newestCheckpoint,
  checkpointOfStep,
  restoreCheckpoints,
  resumeCheckpoints,
} from "./instead/checkpoints.js";
import type { LeftTrainingState } from "./unfinished-trainings.js";
import type { SavedFile } from "./protocol.js";
import { savedFilesOf } from "./saved.js";

type Train = Extract<Action, { readonly verb: "train" }>;

export interface PageRunOptions {
  readonly engine: Engine;
  readonly world: PageWorld;
  readonly action: Train;
  readonly base: Base;
  readonly screen: Screen;
  /** The stored state of a continued training. */
  readonly left: LeftTrainingState | null;
}

/** Measurement of a few steps, taken only for their time. */
export interface SpeedProbe {
  /** Time of the faster one of the last two steps: the first one compiles. */
  readonly seconds: number;
  readonly losses: readonly number[];
}
const PROBED = 3;

/** A training that stays open from its first step until another one starts. */
export class PageRun {
  readonly events: RunEvent[] = [];
  private readonly live: LiveTraining;
  /** The present checkpoint; null before the start. */
  private checkpoint: Checkpoint | null = null;
  private ended: LeftTrainingState["ended"] = null;
  private aborter = new AbortController();

  private constructor(
    private readonly given: PageRunOptions,
    readonly material: TrainingMaterial,
    readonly open: OpenModel,
    private readonly context: HostContext,
  ) {
    this.live = new LiveTraining(given.screen, "training", trainingTitle(given.action.plan), given.action.plan);
  }

  static async begin(given: PageRunOptions): Promise<PageRun> {
    const { engine, world, base } = given;
    const { plan, name } = given.action;
    const context: HostContext = { folder: ".", parameters: {}, live: () => undefined, typescript: () => [] };
    const tokenizer: Tokenizer = await loadTokenizer(base.folder);
    const sources: MaterialSources = {
      weights: { parts: () => Promise.resolve({ base, tokenizer }) },
      datasets: { data: (data, reader) => world.prepared(data, reader) },
    };
    const material = await prepareMaterial(sources, { plan, name }, { hostContext: context });
    const open = await openModel(engine, plan, base, material.labels, ".");
    await alignBaseHead(open.session, plan.recipe.model, base, material.labels);
    const { standardised } = open;
    const standard = material.rows.taught?.standard;
    if (standardised && standard) await standardiseTargets(open.session, standardised, standard, standardised.knows);
    const run = new PageRun(given, material, open, context);
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
    await runTrainingLoop({
      ...this.training(null),
      source: this.minibatches(0),
      hooks: [{ stepsUntilPause: () => 1, endsNow: () => (steps.length >= PROBED ? "give up" : null) }],
      resume: null,
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
   * Trains until it is done or interrupted; a later call continues from there.
   * @param keeps called at each checkpoint
   */
  async train(keeps: (state: LeftTrainingState) => void): Promise<TrainingOutcome["reason"]> {
    if (this.ended) {
      await this.takeBest();
      this.live.behind(this.events);
      this.live.draw();
      return this.ended;
    }
    const { plan, material, open } = this;
    this.aborter = new AbortController();
    if (this.checkpoint) this.live.behind(this.events);
    const { signal } = this.aborter;
    const watched = watchedMetric(registry, plan.recipe.training);
    const exact = await exactHeadFit(
      plan,
      { ...material, session: open.session },
      { hostContext: this.context, signal },
    );
    const trained = await runTrainingLoop({
      ...this.training(await validatorFor({ registry, plan, watched }, material, open)),
      source: exact ?? this.minibatches(this.checkpoint?.position.step ?? 0),
      hooks: [],
      signal,
      plan: await oftenKept(plan),
      resume: this.checkpoint,
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
    return trained.reason;
  }

  private state(): LeftTrainingState {
    const of = this.events.findLast((event) => event.kind === "started")?.steps ?? 0;
    const checkpoints = resumeCheckpoints();
    const step = Math.max(0, ...checkpoints.map(({ position }) => position.step));
    return { step, of, ended: this.ended, events: [...this.events], checkpoints };
  }

  /** Restores a stored state, to continue from it. */
  private async takeUp({ step, events, ended, checkpoints }: LeftTrainingState): Promise<void> {
    restoreCheckpoints(checkpoints);
    this.checkpoint = must(newestCheckpoint(), "a checkpoint of what was left");
    this.events.push(...(ended ? events : before(events, step)));
    this.ended = ended;
    await this.open.session.load(this.checkpoint.file);
  }

  /** Returns the options common to all its training loops. */
  private training(validate: Validate | null) {
    const { plan, material, open } = this;
    const watched = watchedMetric(registry, plan.recipe.training);
    return {
      plan,
      model: { session: open.session, saved: open.states.saved },
      validation: {
        validate,
        watched: { name: metricName(watched, registry), better: rankingDirectionOf(registry, watched, "keep") },
        stopping: material.stopping,
        onProgress: (done: number, total: number) => this.live.validating(done, total),
      },
      run: NOWHERE,
      lock: OPEN,
      damaged: [],
      engine: this.engine,
    };
  }
  /** Returns the steps after `done`. */
  private minibatches(done: number): StepSource {
    const minibatches = { plan: this.plan, ...this.material };
    return pipelineSource(minibatchSteps({ ...minibatches, wantsLogits: false }, this.open.session), minibatches, done);
  }

  interrupt(): void {
    this.aborter.abort();
  }

  /** Predicts for texts, in the task's form; `outputs` are the logits. */
  async predict(
    texts: readonly string[],
  ): Promise<{ readonly predictions: readonly ReadTextPrediction[]; readonly outputs: readonly Float32Array[] }> {
    const { plan, labels, open } = this;
    const asker = await predictorOf(
      { plan, labels, base: this.given.base, tokenizer: this.material.tokenizer },
      this.name,
    );
    const read = await asker.read(texts);
    const options = { batchSize: plan.recipe.training.batch_size, padId: asker.padId };
    const outputs = await computeRowLogits(open.session, read.rows, asker.answers, options);
    return { predictions: await read.answer(outputs), outputs };
  }

  /** What is saved: PEFT's two files, or the folder of a fully trained model. */
  get saves(): "adapter" | "model" {
    return this.open.folder.adapter ? "adapter" : "model";
  }
  saved(scores: AdapterCardInput["scores"]): Promise<readonly SavedFile[]> {
    const { name, plan, labels } = this;
    return savedFilesOf(this.open, this.material.tokenizer, { name, plan, labels, base: this.given.base, scores });
  }

  async close(): Promise<void> {
    this.interrupt();
    forgetCheckpoints();
    await this.open.dispose();
  }

  private async takeBest(): Promise<void> {
    const best = this.checkpoint?.position.best;
    if (!best || best.step === this.checkpoint?.position.step || !keepsBest(this.plan.recipe.training)) return;
    await this.open.session.load(must(checkpointOfStep(best.step), "the best checkpoint").file);
  }
}

/** Returns the events up to the step that a training continues from. */
const before = (events: readonly RunEvent[], step: number): readonly RunEvent[] =>
  events.filter((one) => "step" in one && one.step <= step && one.kind !== "stopped" && one.kind !== "stopping");

/** Steps between two stored states: the most that a reload can lose. */
const OFTEN = 10;
/**
 * With few trained weights, checkpoints are small and are written more often than the recipe says; this changes no
 * number.
 */
async function oftenKept(plan: Plan): Promise<Plan> {
  const { model, training } = plan.recipe;
  const { steps } = training.checkpoint?.arguments ?? {};
  const few = (await loadImplementation(model.technique, "technique")).saved === "trained";
  if (few && typeof steps === "number" && steps <= OFTEN) return plan;
  // All weights with their optimizer moments are several times the base's size, so only the last and the best
  // checkpoint are kept.
  const checkpoint: Call | null = few ? { kind: "cadence", word: "every", arguments: { steps: OFTEN } } : null;
  return { ...plan, recipe: { ...plan.recipe, training: { ...training, checkpoint } } };
}

/** Reports whether its head is fitted exactly, not trained by steps. */
export async function isExact({ plan }: Pick<Train, "plan">): Promise<boolean> {
  const { technique } = plan.recipe.model;
  return (await loadImplementation(technique, "technique")).exact?.(technique) === true;
}

/** Replaces the run's folder: events stay in memory, and nothing is written. */
const NOWHERE = {
  id: "page",
  path: "page",
  checkpoints: "checkpoints",
  append: () => undefined,
  sync: () => undefined,
  everything: () => [],
} as unknown as RunFolder;
const OPEN = { demand: () => undefined };
