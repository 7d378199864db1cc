/**
 * What the loop needs of a private training: its updates, and what was spent by them. Charged is every update of the run's log, those
 * too that a kill took back (they are drawn anew, and their rows have spoken twice); what was under way at a kill, and that
 * nobody saw, left nothing behind. Loss and rows of a step are told as without privacy: whoever may see the run's log may see the rows.
 */
import type { PrivacyPlan } from "#dsl/compiler/plan/recipe.js";
import type { PrivacyImplementation, SampledSteps } from "#stdlib/privacies/kind.js";
import type { RunEvent } from "../../events/events.js";
import type { EngineSession } from "../../engines/engine.js";
import type { StepPipelineOptions } from "../pipeline.js";
import type { PrivateUpdates } from "./updates.js";

/**
 * Steps of a pipeline by updates that are private, whoever asks for them: a training, or a client of a federation. The session has
 * `apply` and, of `PrivatePrograms`, `accumulate` (`apart`), `alone`, or both. `rate`: the optimizer's, of a step (from 1).
 */
export function privateSteps(
  session: Pick<EngineSession, "run">,
  updates: Pick<PrivateUpdates, "update">,
  rate: (step: number) => number,
): StepPipelineOptions {
  return { session, accumulate: 1, update: (step) => updates.update(step), rate };
}

/** Milliseconds of an accountant's work that are no matter. */
const QUICK = 5;
/** Share of the time that it may take, where it is slower. */
const SHARE = 0.05;

export class PrivacySpending {
  private steps: number;
  private took = 0;
  private lastReported = Number.NEGATIVE_INFINITY;

  /** @param done updates before */
  constructor(
    private readonly plan: Pick<PrivacyPlan, "call" | "noise" | "rate">,
    private readonly accountant: PrivacyImplementation,
    done: number,
  ) {
    this.steps = done;
  }

  get done(): SampledSteps {
    const { noise, rate } = this.plan;
    return { noise, rate, steps: this.steps };
  }

  /** One more update. ε of all; undefined: a slow accountant was asked a moment ago, and it isn't `due`. */
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

/** Updates that a run made, by all that its log says (those too that it took back) and by the checkpoint that it goes on from. */
export function madeStepCount(everything: readonly RunEvent[], checkpoint: SampledSteps | undefined): number {
  const logged = everything.reduce((sum, event) => sum + (event.kind === "step" ? 1 : 0), 0);
  return Math.max(logged, checkpoint?.steps ?? 0);
}
