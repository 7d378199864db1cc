/**
 * The parts of a private training for the loop: its updates, and the privacy that they spend. Every update in the run's
 * log is charged, including those lost when the process was killed: they are drawn again, so their rows were used
 * twice. Updates that were pending at that moment are not charged, since nobody saw their result. The loss and rows of
 * a step are logged as without privacy: whoever may read the run's log may read the rows.
 */
import type { PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import type { PrivacyImplementation, NoisySampledSteps } from "#stdlib/privacies/kind.js";
import type { RunEvent } from "../../events/events.js";
import type { EngineSession } from "../../engines/engine.js";
import type { StepPipelineOptions } from "../pipeline.js";
import type { PrivateUpdates } from "./updates.js";

/**
 * Returns the pipeline options of private updates, for a training or for a client of federated training. The session
 * has `apply` and, of `PrivateTrainingPrograms`, `accumulate` (per-example gradients), `alone`, or both.
 * @param rate the optimizer's learning rate of a step (from 1)
 */
export function privateStepOptions(
  session: Pick<EngineSession, "run">,
  updates: Pick<PrivateUpdates, "update">,
  rate: (step: number) => number,
): StepPipelineOptions {
  return { session, accumulate: 1, update: (step) => updates.update(step), rate };
}

/** Milliseconds that an accountant may always take. */
const QUICK = 5;
/** Maximum share of the time for a slower accountant. */
const SHARE = 0.05;

export class PrivacySpending {
  private steps: number;
  private took = 0;
  private lastReported = Number.NEGATIVE_INFINITY;

  /** @param done number of earlier updates */
  constructor(
    private readonly plan: Pick<PrivacyPlan, "call" | "noise" | "rate">,
    private readonly accountant: PrivacyImplementation,
    done: number,
  ) {
    this.steps = done;
  }

  get done(): NoisySampledSteps {
    const { noise, rate } = this.plan;
    return { noise, rate, steps: this.steps };
  }

  /**
   * Counts one more update. Returns the total ε; undefined if a slow accountant was called recently and the step is not
   * `due`.
   */
  spend(due: boolean): number | undefined {
    this.steps += 1;
    const now = performance.now();
    if (!due && this.took > QUICK && (now - this.lastReported) * SHARE < this.took) return undefined;
    const spent = this.accountant.spent(this.plan.call, [this.done]);
    this.lastReported = performance.now();
    this.took = this.lastReported - now;
    return spent;
  }
}

/**
 * Returns the number of updates of a run: the larger of its log's count (including discarded steps) and its
 * checkpoint's.
 */
export function spentStepCount(everything: readonly RunEvent[], checkpoint: NoisySampledSteps | undefined): number {
  const logged = everything.reduce((sum, event) => sum + (event.kind === "step" ? 1 : 0), 0);
  return Math.max(logged, checkpoint?.steps ?? 0);
}
