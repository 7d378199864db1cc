/** A sweep's handle, and its cell while it runs. */
import type { SweepPlan } from "#dsl/plan/plan.js";
import { figureShown } from "../../core/display/figure.js";
import { sweepFigure } from "../../core/display/curves/sweep.js";
import { goalOf, oriented } from "../../core/sweep/study.js";
import type { SweepHandle, TrialRecord } from "../../core/sweep/trial.js";
import { modelKeys, trialText } from "../../core/sweep/trial-text.js";
import type { Stage } from "../tune-session.js";
import type { Journal } from "./journal.js";

export class LiveSweep implements SweepHandle {
  running: TrialRecord | null = null;
  private readonly id: string;
  private begun = false;
  constructor(
    readonly name: string,
    private readonly plan: SweepPlan,
    private readonly journal: Journal,
    private readonly stage: Stage,
  ) {
    this.id = `sweep-${name}-${Date.now().toString(36)}`;
  }

  get goal() {
    return goalOf(this.plan);
  }

  get trials(): readonly TrialRecord[] {
    return this.running ? [...this.journal.trials, this.running] : this.journal.trials;
  }

  get best(): SweepHandle["best"] {
    let best: { readonly trial: TrialRecord; readonly score: number; readonly worth: number } | null = null;
    for (const t of this.journal.trials) {
      const worth = oriented(this.plan, t.score);
      if (worth === null || t.score === null || Number.isNaN(worth)) continue;
      if (best === null || worth > best.worth) best = { trial: t, score: t.score, worth };
    }
    if (!best) return null;
    const { number, values } = best.trial;
    return {
      number,
      score: best.score,
      values,
      tune: trialText(this.plan, values, modelKeys(), "winner", { model: `${this.plan.model}_best` }),
    };
  }

  show(): void {
    const shown = {
      ...figureShown(
        sweepFigure(this.trials, goalOf(this.plan), {
          title: `Sweep ${this.name}: ${this.trials.length}${this.plan.trials === null ? "" : ` of ${this.plan.trials}`} trials`,
        }),
      ),
      id: this.id,
    };
    if (this.begun) this.stage.screen.update(shown);
    else this.stage.screen.display(shown);
    this.begun = true;
  }
}
