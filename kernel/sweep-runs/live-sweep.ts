/** A sweep's handle, and its cell while it runs. */
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
import { sweepCellView } from "../display/sweeps/sweep-shown.js";
import type { DrawableSweep, SweepTrial, SweepView } from "../display/sweeps/view.js";
import { axesOf } from "../study/axes.js";
import { sweepSizeOf } from "../study/sweep-size.js";
import { thresholdMissesText } from "../study/bars.js";
import type { NearestTrial } from "../display/sweeps/best.js";
import { busySecondsOf } from "../study/time-spent.js";
import { goalOf, goalsOf, studyOf } from "../study/study.js";
import type { SweepHandle, TrialRecord } from "../study/trial.js";
import { modelKeys, trialText } from "../study/trial-text.js";
import type { Screen } from "../session/live-training.js";
import type { ControlsHost } from "../session/execution-context.js";
import { pointOfValues, type ParameterValue } from "../study/parameters.js";
import { brokenRelationAt } from "../study/relations.js";
import { valuesAt } from "../study/points.js";
import type { RequestedTrial } from "./requested-trials.js";
import { bestTrialNumber, nearestTrial } from "./ranking.js";
import type { SweepLog } from "./journal/trial-log.js";
import { demandTrialRunning, TrialRequests } from "./requested-trials.js";

/** Milliseconds between two pictures. */
const BETWEEN = 500;

/** Of a trial's values all that it is made of, and the program that trains it. */
export type TrialCompleter = (values: Readonly<Record<string, string>>) => {
  readonly values: Readonly<Record<string, string>>;
  readonly tune: string;
};

export class LiveSweep implements DrawableSweep, SweepControls {
  readonly wishes = new TrialRequests();
  private readonly listeners = new Set<() => void>();
  /** By which front ends find it; null: there are none. */
  private readonly offered: string | null;
  private readonly id: string;
  private readonly since = Date.now();
  /** Milliseconds that its trials ran before. */
  private readonly before: number;
  /** Trials at most; null: time or tokens alone bound them. */
  private readonly wanted: number | null;
  private begun = false;
  private shownAt = -Infinity;
  private later: NodeJS.Timeout | null = null;
  private over = false;

  constructor(
    readonly name: string,
    readonly plan: SweepPlan,
    private readonly log: SweepLog,
    private readonly registry: MetricRegistry,
    private readonly shown: { readonly screen: Screen; readonly controls: ControlsHost | undefined },
    private readonly whole?: TrialCompleter,
  ) {
    this.before = 1000 * busySecondsOf(log.ended);
    this.wanted = sweepSizeOf(plan).most;
    this.offered = shown.controls?.offer(this) ?? null;
    this.id = `sweep-${name}-${Date.now().toString(36)}`;
  }

  /** Of its journal, without the ending. */
  get journal(): string {
    return this.log.name;
  }

  get goal() {
    return goalOf(this.plan, this.registry);
  }

  get trials(): readonly TrialRecord[] {
    return this.log.trials;
  }

  get best(): SweepHandle["best"] {
    const number = bestTrialNumber(this.plan, this.log.ended);
    const best = this.log.ended.find((trial) => trial.number === number);
    if (!best || best.score === null) return null;
    const { score, values, run } = best;
    if (this.whole) return { number: best.number, score, ...this.whole(values), run };
    const tune = trialText(this.plan, values, modelKeys(), "winner", { model: `${this.plan.model}_best` });
    return { number: best.number, score, values, tune, run };
  }

  /** Where no trial clears what is required: the one that comes nearest. */
  get nearest(): NearestTrial | null {
    const found = nearestTrial(this.plan, this.log.ended);
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
    this.wishes.wantBegun(changed({ name: this.name, plan: this.plan }, trial, changes));
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

  /** Shows how it stands: at once where that was long ago, else as soon as it is. */
  show(): void {
    const wait = this.shownAt + BETWEEN - performance.now();
    if (wait <= 0) this.draw();
    else this.later ??= setTimeout(() => this.draw(), wait);
  }

  /** No trial runs any more: shows what it came to. */
  end(): void {
    this.over = true;
    this.draw();
  }

  /** What its pictures see. */
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

  /** What front ends see of it. */
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

  /** A sentence that stays beneath its pictures. */
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

/** `changes`: by path, as Tune text. Coded error `not-in-space`. */
function changed(
  { name, plan }: { readonly name: string; readonly plan: SweepPlan },
  { number, point }: TrialRecord,
  changes: Readonly<Record<string, string>>,
): RequestedTrial {
  const parameters = parametersOf(plan.vary);
  const has = parameters.flatMap(({ dimension, choices }): (readonly [string, ParameterValue])[] => {
    const value = point[dimension.name];
    return value === undefined ? [] : [[dimension.name, choices?.[value] ?? value]];
  });
  const found = pointOfValues(parameters, new Map<string, ParameterValue>([...has, ...Object.entries(changes)]));
  if ("why" in found) throw new CodedError("not-in-space", { sweep: name, trial: number, why: found.why });
  const broken = brokenRelationAt(plan, found.point);
  if (broken !== null)
    throw new CodedError("not-in-space", { sweep: name, trial: number, why: `it would break ${broken}` });
  return { point: found.point, values: valuesAt(plan.vary, found.point) };
}
