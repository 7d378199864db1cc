/**
 * Live display of a training: one progress line (at most 10 updates a second) and one figure of loss and scores (at
 * most 1 a second), each updated in place. Training never waits for drawing; updates are skipped rather than queued.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { keepsBestWeights } from "#dsl/compiler/plan/watched-metric.js";
import type { RunWatcher } from "../remote/supervisor/watch.js";
import { curvesFigure, latestCurveNumbersText, historyTable, savedScoreWords } from "../display/curves/curves.js";
import { epsilonSpent } from "../display/curves/time-spent.js";
import { figureView } from "../display/figure.js";
import { progressView, type ProgressState } from "../display/progress.js";
import { workerUsageText } from "../display/plans/worker-cost.js";
import { groupedNumber, plural } from "../host/value-text.js";
import type { DisplayOutput } from "../display/html.js";
import type { RunEvent } from "../events/events.js";

export interface OutputScreen {
  display(shown: DisplayOutput): void;
  update(shown: DisplayOutput & { readonly id: string }): void;
}

/** Returns for example `Training of mood on reviews`; a run with another name than its model's is named too. */
export function trainingTitle({ effects: { run }, recipe: { model, data } }: Plan): string {
  return run === model.name
    ? `Training of ${run} on ${data.name}`
    : `Training of ${run}: ${model.name} on ${data.name}`;
}

/** Share of communication and waiting in the steps that several processes shared. */
function communicationIn(steps: readonly Extract<RunEvent, { kind: "step" }>[]): Pick<ProgressState, "communication"> {
  const shared = steps.filter((step) => step.communicated !== undefined);
  const sum = (valueOf: (step: (typeof steps)[number]) => number): number =>
    shared.reduce((all, step) => all + valueOf(step), 0);
  const seconds = sum((step) => step.seconds);
  if (seconds <= 0) return {};
  const part = (field: "communicated" | "waited"): number => Math.min(1, sum((step) => step[field] ?? 0) / seconds);
  return { communication: { share: part("communicated"), waiting: part("waited") } };
}

const progressEvery = 100;
const figureEvery = 1000;

export class LiveTraining {
  private readonly events: RunEvent[] = [];
  private readonly shown = new Set<string>();
  private steps = 0;
  private progressAt = 0;
  private figureAt = 0;
  private stopping = false;
  private doing: string | undefined;
  private run: string | undefined;

  constructor(
    private readonly screen: OutputScreen,
    private readonly id: string,
    private readonly title: string,
    private readonly plan: Plan,
    /** `again`: replaces what an earlier training showed under the same id. */
    { again = false }: { readonly again?: boolean } = {},
  ) {
    // Set before the log contains it, because the run first waits for clients to join.
    this.steps = plan.recipe.federated?.rounds ?? 0;
    if (again) for (const part of ["progress", "curves"]) this.shown.add(`${id}-${part}`);
  }

  /** Receives the events of a run that trains in another process (remote/supervisor/watch.ts). */
  get watching(): RunWatcher {
    return {
      behind: (events) => {
        this.behind(events);
        this.draw();
      },
      on: (event) => this.on(event),
      validating: (done, rows) => this.validating(done, rows),
    };
  }

  /** Replaces all events so far by those of a resumed or watched run. */
  behind(events: readonly RunEvent[]): void {
    this.events.splice(0, this.events.length, ...events);
    const started = events.findLast((e) => e.kind === "started");
    if (started) this.steps = started.steps;
  }
  /** Draws the present state. */
  draw(): void {
    this.show(this.progress());
    this.show(this.figure());
  }

  on(event: RunEvent): void {
    this.events.push(event);
    if (event.kind === "started") this.steps = event.steps;
    if (event.kind === "stopping") this.stopping = true;
    const now = performance.now();
    const urgent = event.kind === "stopping" || event.kind === "stopped" || event.kind === "started";
    if (urgent || now - this.progressAt >= progressEvery) {
      this.progressAt = now;
      this.show(this.progress());
    }
    const drawn = event.kind === "step" || event.kind === "evaluated";
    if ((drawn && now - this.figureAt >= figureEvery) || event.kind === "stopped") {
      this.figureAt = now;
      this.show(this.figure());
    }
  }

  /** Shows the number of remote clients that have joined the training. */
  joining(agreed: number, total: number): void {
    this.now(agreed < total ? `${groupedNumber(agreed)} of ${plural(total, "client")} joined` : undefined);
  }

  /** Shows the number of clients that have answered in this round. */
  asking(done: number, total: number, round: number): void {
    this.now(
      done < total
        ? `round ${groupedNumber(round)}: ${groupedNumber(done)} of ${plural(total, "client")} answered`
        : undefined,
    );
  }

  /** Shows the progress of a validation; the last call clears it from the line. */
  validating(done: number, total: number): void {
    this.now(done < total ? `validating, ${groupedNumber(done)} of ${plural(total, "row")}` : undefined);
  }

  private now(doing: string | undefined): void {
    const now = performance.now();
    this.doing = doing;
    if (now - this.progressAt < progressEvery) return;
    this.progressAt = now;
    this.show(this.progress());
  }

  /** Sets the run's id, which the notebook stores with the table, so that `verify` can find the run. */
  ran(run: string): void {
    this.run = run;
  }

  /** Shows the table that remains after training. */
  finish(): void {
    const table = historyTable(this.events);
    this.screen.display(this.run === undefined ? table : { ...table, metadata: { tunebook: { run: this.run } } });
  }

  private show(shown: DisplayOutput & { readonly id: string }): void {
    if (this.shown.has(shown.id)) this.screen.update(shown);
    else this.screen.display(shown);
    this.shown.add(shown.id);
  }

  private progress(): DisplayOutput & { readonly id: string } {
    const steps = this.events.filter((e) => e.kind === "step");
    const last = steps.at(-1);
    const recent = steps.slice(-20);
    const spent = epsilonSpent(steps.slice(-200));
    const seconds = recent.reduce((sum, e) => sum + e.seconds, 0);
    const tokens = recent.reduce((sum, e) => sum + e.tokens, 0);
    const stopped = this.events.findLast((e) => e.kind === "stopped");
    return {
      ...progressView({
        step: last?.step ?? 0,
        steps: this.steps,
        epoch: this.plan.recipe.federated ? null : (last?.epoch ?? 1),
        epochs: this.plan.recipe.training.epochs,
        loss: last?.loss ?? null,
        ...(spent !== null && { epsilon: spent }),
        tokensPerSecond: seconds > 0 ? tokens / seconds : null,
        etaSeconds: recent.length > 0 ? (seconds / recent.length) * (this.steps - (last?.step ?? 0)) : null,
        ...(this.doing !== undefined && { doing: this.doing }),
        ...communicationIn(stopped ? steps : recent),
        ...(stopped
          ? {
              stopped: { reason: stopped.reason, seconds: stopped.seconds },
              outcome: savedScoreWords(this.events, { keepsLast: !keepsBestWeights(this.plan.recipe.training) }),
              ...(stopped.shared && { used: workerUsageText(stopped.shared) }),
            }
          : { stopping: this.stopping }),
      }),
      id: `${this.id}-progress`,
    };
  }

  private figure(): DisplayOutput & { readonly id: string } {
    const figure = curvesFigure(this.events, {
      title: this.title,
      validates: this.plan.recipe.training.validate !== null,
    });
    return { ...figureView(figure, { text: latestCurveNumbersText(this.events) }), id: `${this.id}-curves` };
  }
}
