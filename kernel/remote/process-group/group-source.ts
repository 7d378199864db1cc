/** Minibatch steps whose updates a process group shares: the pipelines of its ranks, and the coordinator's steps for the loop. */
import { isDueAtStep } from "#dsl/compiler/plan/cadence.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { EngineSession } from "../../engines/engine.js";
import type { CompletedStep, StepSource } from "../../training/loop/step-source.js";
import { StepPipeline } from "../../training/pipeline.js";
import { minibatchPipelineOptions, totalSteps, type MinibatchOptions } from "../../training/steps.js";
import type { RootRank } from "./root-rank.js";
import { rootRankAdapter } from "./rank.js";
import { GroupSynchronizedSession, type SharedStateLayout } from "./shared-session.js";

/** Returns the pipeline of a rank's share of each update. `done`: number of steps already taken. */
export function rankPipeline(
  minibatches: MinibatchOptions,
  shared: GroupSynchronizedSession,
  done: number,
): StepPipeline {
  const options = {
    ...minibatchPipelineOptions(minibatches, shared),
    update: shared.updates(minibatches.loader),
    shared: true,
  };
  return new StepPipeline(options, done);
}

export interface RootStepSourceOptions extends MinibatchOptions {
  readonly session: EngineSession;
  readonly hub: RootRank;
  readonly shares: SharedStateLayout;
  readonly signal?: AbortSignal | undefined;
}

/** The steps of rank 0, which has the run. */
export class RootStepSource implements StepSource {
  readonly total: number;
  readonly predictsStepTime = false;
  private readonly shared: GroupSynchronizedSession;
  private readonly pipeline: StepPipeline;
  /** The step up to which the loop reads no weights. */
  private last = 0;

  constructor(
    private readonly options: RootStepSourceOptions,
    done: number,
  ) {
    const { plan, loader, session, hub, shares } = options;
    this.total = totalSteps(plan, loader);
    this.shared = new GroupSynchronizedSession(
      session,
      rootRankAdapter(hub, (step) => this.averages(step)),
      shares,
      done,
    );
    this.pipeline = rankPipeline(options, this.shared, done);
  }

  epochsDone(step: number): number {
    return this.options.loader.epochsDone(step);
  }

  async next(last: number): Promise<CompletedStep | null> {
    this.last = last;
    const step = await this.pipeline.next(last);
    return step && this.withOthers(step);
  }

  async stop(done: number): Promise<readonly CompletedStep[]> {
    const steps = await this.pipeline.stop(done);
    return steps.map((step) => this.withOthers(step));
  }

  /** Between two averages each rank has different weights, which are no checkpoint of the training. */
  hasWeightsOf(step: number): boolean {
    return this.shared.agreed === step;
  }

  /** Whether to average weights after the step: if the recipe requires it, and before anything reads them. */
  private averages(step: number): boolean {
    const { plan, signal } = this.options;
    const steps = { total: this.total, loader: this };
    const { average = null } = plan.recipe.training;
    return isDueAtStep(average, step, steps) || step >= this.last || signal?.aborted === true;
  }

  /** Adds the other ranks' logits and the communication cost of the step. */
  private withOthers(step: CompletedStep): CompletedStep {
    const shared = this.shared.shared(step.step);
    if (!shared) return step;
    const { communicated, waited, seen } = shared;
    const others = seen.map(({ rows, logits }) => ({ rows, logits: floatsIn(logits) }));
    return { ...step, logits: [...(step.logits ?? []), ...others], report: { communicated, waited } };
  }
}

function floatsIn(bytes: Uint8Array): NDArray {
  return { dtype: "f32", shape: [bytes.byteLength / 4], bytes };
}
