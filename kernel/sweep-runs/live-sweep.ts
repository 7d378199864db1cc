/** The handle of a sweep, and its live cell output. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { MetricRegistry } from "#stdlib/metrics/shared/metric-name.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { parametersOf } from "../study/parameters.js";
import {
  bestEndedTrials,
  trialSummaryOf,
  variedSettingsOf,
  type TrialSummary,
  type SweepControls,
  type VariedSetting,
  type SweepProgress,
} from "../display/sweeps/sweep-controls.js";
import { sweepCellView } from "../display/sweeps/sweep-output.js";
import type { DrawableSweep, SweepTrial, SweepView } from "../display/sweeps/view.js";
import { axesOf } from "../study/axes.js";
import { sweepSizeOf } from "../study/sweep-size.js";
import { thresholdMissesText } from "../study/bars.js";
import type { TrialNearestToThresholds } from "../display/sweeps/best.js";
import { busySecondsOf } from "../study/time-spent.js";
import { goalOf, goalsOf, studyOf } from "../study/study.js";
import type { SweepInTypeScript, TrialRecord } from "../study/trial.js";
import { modelSettingKeys, trialProgramText } from "../study/trial-text.js";
import type { OutputScreen } from "../session/live-training.js";
import type { ControlsHost } from "../session/execution-context.js";
import { bestTrialNumber, trialNearestThresholds } from "./ranking.js";
import type { DisplayedTrialLog } from "./journal/trial-log.js";
import { requestedTrialWithChanges, demandTrialRunning, TrialRequests } from "./requested-trials.js";

/** Minimum milliseconds between two updates. */
const BETWEEN = 500;

/** Returns all settings of a trial with these values, and the program that trains it. */
export type TrialSettingsCompleter = (values: Readonly<Record<string, string>>) => {
  readonly values: Readonly<Record<string, string>>;
  readonly tune: string;
};

export class LiveSweep implements DrawableSweep, SweepControls {
  readonly wishes = new TrialRequests();
  private readonly listeners = new Set<() => void>();
  /** The id by which front ends find it; null if there are none. */
  private readonly offered: string | null;
  private readonly id: string;
  private readonly since = Date.now();
  /** Milliseconds that its trials had already run. */
  private readonly before: number;
  /** Maximum number of trials; null if only time or tokens limit them. */
  private readonly wanted: number | null;
  private begun = false;
  private shownAt = -Infinity;
  private later: NodeJS.Timeout | null = null;
  private over = false;

  constructor(
    readonly name: string,
    readonly plan: SweepPlan,
    private readonly log: DisplayedTrialLog,
    private readonly registry: MetricRegistry,
    private readonly shown: { readonly screen: OutputScreen; readonly controls: ControlsHost | undefined },
    private readonly whole?: TrialSettingsCompleter,
  ) {
    this.before = 1000 * busySecondsOf(log.ended);
    this.wanted = sweepSizeOf(plan).most;
    this.offered = shown.controls?.offer(this) ?? null;
    this.id = `sweep-${name}-${Date.now().toString(36)}`;
  }

  /** Name of its journal file without the extension. */
  get journal(): string {
    return this.log.name;
  }

  get goal() {
    return goalOf(this.plan, this.registry);
  }

  get trials(): readonly TrialRecord[] {
    return this.log.trials;
  }

  get best(): SweepInTypeScript["best"] {
    const number = bestTrialNumber(this.plan, this.log.ended);
    const best = this.log.ended.find((trial) => trial.number === number);
    if (!best || best.score === null) return null;
    const { score, values, run } = best;
    if (this.whole) return { number: best.number, score, ...this.whole(values), run };
    const tune = trialProgramText(this.plan, values, modelSettingKeys(), "winner", {
      model: `${this.plan.model}_best`,
    });
    return { number: best.number, score, values, tune, run };
  }

  /** If no trial meets all thresholds: the one that comes nearest. */
  get nearest(): TrialNearestToThresholds | null {
    const found = trialNearestThresholds(this.plan, this.log.ended);
    return (
      found && { number: found.number, missed: thresholdMissesText(this.plan, found), trials: this.log.ended.length }
    );
  }

  stop(number: number): void {
    demandTrialRunning(this.name, number, this.running);
    this.wishes.wantStopped(number);
    this.tell();
  }

  clone(number: number, changes: Readonly<Record<string, string>> = {}): void {
    const trial = this.trials.find((one) => one.number === number);
    if (!trial || this.over)
      throw new CodedError("trial-not-cloned", { sweep: this.name, trial: number, over: this.over });
    this.wishes.wantBegun(requestedTrialWithChanges({ name: this.name, plan: this.plan }, trial, changes));
    this.tell();
  }

  change(number: number, changes: Readonly<Record<string, string>>): void {
    demandTrialRunning(this.name, number, this.running);
    this.clone(number, changes);
    this.stop(number);
  }

  private get running(): readonly number[] {
    return this.log.open.map((trial) => trial.number);
  }

  /** Shows the present state: at once if the last update was long ago, else as soon as the interval has passed. */
  show(): void {
    const wait = this.shownAt + BETWEEN - performance.now();
    if (wait <= 0) this.draw();
    else this.later ??= setTimeout(() => this.draw(), wait);
  }

  /** Shows the result; no trial runs any more. */
  end(): void {
    this.over = true;
    this.draw();
  }

  /** Data for its views. */
  get view(): SweepView {
    const { vary, budgetMs: whole } = this.plan;
    const budgetMs = whole && Math.max(0, whole - this.before);
    const clock = this.over ? {} : { clock: { now: Date.now(), since: this.since, budgetMs } };
    const missed = new Set(
      studyOf(this.plan, this.trials).trials.flatMap(({ number, violation }) => (violation > 0 ? [number] : [])),
    );
    const { nearest } = this;
    const trials = this.trials.map((trial) => {
      if (!missed.has(trial.number)) return trial;
      const near = trial.number === nearest?.number ? { nearest: nearest.missed } : {};
      return { ...trial, missed: true as const, ...near };
    });
    return {
      name: this.name,
      goals: goalsOf(this.plan, this.registry),
      axes: axesOf(vary),
      trials,
      wanted: this.wanted,
      ...clock,
    };
  }

  /** Progress for front ends. */
  get now(): SweepProgress {
    const { view, name } = this;
    const running = view.trials.filter(({ state }) => state === "running");
    const [goal] = view.goals;
    return {
      name,
      metric: goal.metric,
      over: this.over,
      running: running.map((trial) => this.summaryOf(trial)),
      best: bestEndedTrials(view).map((trial) => this.summaryOf(trial)),
      ended: view.trials.length - running.length,
      waiting: this.wishes.waiting,
    };
  }
  get settings(): readonly VariedSetting[] {
    return variedSettingsOf(this.plan.vary);
  }

  trialSummary(number: number): TrialSummary | null {
    const trial = this.trials.find((one) => one.number === number);
    return trial ? this.summaryOf(trial) : null;
  }

  onShown(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private summaryOf(trial: SweepTrial): TrialSummary {
    const stopping = trial.state === "running" && this.wishes.stopped(trial.number);
    return trialSummaryOf(trial, parametersOf(this.plan.vary), stopping);
  }

  /** Prints a sentence that stays below its views. */
  note(words: string): void {
    this.shown.screen.display({ bundle: { "text/plain": words } });
  }

  private draw(): void {
    if (this.later) clearTimeout(this.later);
    this.later = null;
    this.shownAt = performance.now();
    const shown = { ...sweepCellView(this.view, { ended: this.over, offerId: this.offered }), id: this.id };
    if (this.begun) this.shown.screen.update(shown);
    else this.shown.screen.display(shown);
    this.begun = true;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
