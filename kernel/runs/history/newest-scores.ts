/**
 * Scores of a run for the table of runs: the newest of each metric per data set, and its validation scores. All values
 * are sanitized for display.
 */
import * as v from "valibot";
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import { metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { clip, oneLine, printable } from "../../host/value-text.js";
import type { TrialListing } from "../together/trials.js";
import type { RunScore } from "./run-scores.js";
import { finiteNumber } from "../../events/finite.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { objectWith, jsonObject, type Schema } from "../../fetch/json.js";
import { callText } from "../../host/value-text.js";
import type { PinnedRunFacts } from "../run-folder.js";
import { ASSUMED_DEAD_AFTER_MS } from "../run-lock.js";
import type { RunLog } from "../run-log.js";
import type { RunNotes } from "./run-notes.js";
import { isProcessAlive } from "../writer.js";

export interface ListedScore {
  /** `accuracy`; for a validation during training `validation accuracy`. */
  readonly metric: string;
  /** Null if it was not a finite number. */
  readonly value: number | null;
  /** Reason for a missing value, if recorded. */
  readonly why?: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly better: MetricDirection;
  /** For example `reviews.test`. */
  readonly on: string;
  /** Identifies the scored rows: scores are comparable only if it is equal. */
  readonly rows: string;
  readonly count: number | null;
  readonly step: number;
  /** ISO 8601; null if not recorded. */
  readonly at: string | null;
}

/** Maximum number of scores per run. */
const most = 64;

/** Newest first; within an evaluation in the order of its metrics. */
export function newestScores(scores: readonly RunScore[]): readonly ListedScore[] {
  const found = new Map<string, ListedScore>();
  for (const score of scores.toReversed())
    for (const [name, value] of Object.entries(score.metrics)) {
      const listed = listedScoreOf(score, name, value);
      const key = `${listed.metric} ${listed.rows}`;
      if (found.size < most && !found.has(key)) found.set(key, listed);
    }
  return [...found.values()];
}

export function listedScoreOf(
  score: RunScore,
  name: string,
  { value, low, high, better, why }: RunScore["metrics"][string],
): ListedScore {
  return {
    metric: plain(name),
    value: finiteNumber(value),
    ...(typeof why === "string" && finiteNumber(value) === null && { why: clip(oneLine(printable(why)), 200) }),
    low: finiteNumber(low),
    high: finiteNumber(high),
    better,
    on: plain(typeof score.split === "string" ? `${score.data}.${score.split}` : score.data),
    rows: evaluationRowsKey(score.dataHash, score.split),
    count: finiteNumber(score.rows),
    step: score.step,
    at: Number.isNaN(Date.parse(score.at)) ? null : new Date(score.at).toISOString(),
  };
}

/** Returns the scores at the final checkpoint's step. `dataHash`: hash of the training data. */
export function listedValidationScores(
  validation: { readonly step: number; readonly scores: Readonly<Record<string, number>> } | null,
  data: string | null,
  dataHash: string | null,
): readonly ListedScore[] {
  if (!validation) return [];
  return Object.entries(validation.scores)
    .slice(0, most)
    .map(([name, value]) => ({
      metric: `validation ${plain(name)}`,
      value: finiteNumber(value),
      low: null,
      high: null,
      better: metricDirection(name),
      on: `${data ?? "data"}.validation`,
      rows: evaluationRowsKey(dataHash ?? "?", "validation"),
      count: null,
      step: validation.step,
      at: null,
    }));
}

/**
 * Adds the trial's objective value if its log has no validation with that metric. `place`: as in `listedValidationScores`.
 */
export function withTrialObjectiveScore(
  scores: readonly ListedScore[],
  trial: TrialListing | null,
  place: readonly [data: string | null, dataHash: string | null],
): readonly ListedScore[] {
  if (!trial?.goal || trial.score === null) return scores;
  const { metric, direction } = trial.goal;
  const goal = listedValidationScores({ step: 0, scores: { [metric]: trial.score } }, ...place).map((one) => ({
    ...one,
    better: direction === "minimize" ? ("less" as const) : ("greater" as const),
  }));
  return [...scores, ...goal.filter((one) => !scores.some((other) => other.metric === one.metric))];
}

/** Looks up the metric's word; for unknown metrics, guesses by the name. */
export function metricDirection(name: string): MetricDirection {
  const better = metricCapabilities(name, registry)?.better;
  if (better !== undefined) return better;
  return /loss|error/i.test(name) ? "less" : "greater";
}

/** Returns a key that identifies the rows of an evaluation. */
export function evaluationRowsKey(dataHash: string, split: unknown): string {
  return clip(`${dataHash}/${typeof split === "string" ? split : ""}`, 200);
}
/** Returns a short hash that distinguishes rows with the same name. */
export function shortDataHash(rows: string): string {
  return plain(rows.split("/")[0]!.slice(0, 6));
}
function plain(text: string): string {
  return clip(oneLine(printable(text)), 80);
}

// Table row of a run, from its log, plan, lock, scores and user notes.

/**
 * `starting`: its folder exists, but no step was taken. `killed`: it ended without a report and its process is gone.
 * `broken`: a required file cannot be read.
 */
export type RunState =
  | "starting"
  | "running"
  | "stopping"
  | "done"
  | "early"
  | "interrupted"
  | "failed"
  | "killed"
  | "broken";
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** It is training in a detached process, which outlives any notebook. */
  readonly detached?: true;
  readonly problem?: string;
  readonly model: string | null;
  readonly base: string | null;
  /** For a deployment, its target: `→ onnx("build/router")`. */
  readonly technique: string | null;
  readonly data: string | null;
  /** ISO 8601. */
  readonly started: string | null;
  readonly engine: string | null;
  readonly step: number;
  readonly steps: number | null;
  readonly loss: number | null;
  /** Privacy budget spent; unset if the training is not private. */
  readonly epsilon?: number;
  /** Evaluation scores, newest of each metric per data set, newest first; then validation scores. */
  readonly scores: readonly ListedScore[];
  readonly experiment?: string;
  readonly tags: readonly string[];
  readonly note: string;
  /** Trial of a sweep. */
  readonly trial: TrialListing | null;
  /** Losses, about fifty points at most. */
  readonly curve: readonly number[];
  readonly seconds: number | null;
  /** While it is training. */
  readonly tokensPerSecond: number | null;
  readonly secondsLeft: number | null;
}
/** Content of plan.json and lock.json. */
export interface RunPlanAndLock {
  readonly lock: PinnedRunFacts | null;
  readonly plan: Plan | null;
  readonly problem?: string;
}

/** The parts of a plan that every version writes. Code that reads other parts must check them (`planSchema`). */
export const minimalPlanSchema: Schema<Plan> = v.pipe(
  objectWith({
    effects: objectWith({ run: v.string() }),
    origins: jsonObject,
    recipe: objectWith({
      data: objectWith({ name: v.string() }),
      model: objectWith({ base: v.string(), technique: objectWith({ word: v.string() }) }),
      training: objectWith({ batch_size: v.number() }),
    }),
  }),
  v.transform((plan) => plan as object as Plan),
);
export function isMinimalPlan(value: unknown): value is Plan {
  return v.is(minimalPlanSchema, value);
}

export function isLiveState(state: RunState | undefined): boolean {
  return state === "running" || state === "stopping" || state === "starting";
}

export interface RunSummaryFacts {
  readonly log: RunLog;
  readonly about: RunPlanAndLock | null;
  /** Time of the last write. */
  readonly touched: number;
  readonly scores: readonly ListedScore[];
  readonly notes: RunNotes;
  readonly trial: TrialListing | null;
  /** Whether a process has locked the run. */
  readonly locked: boolean;
  /** Whether that process is a detached one. */
  readonly detached: boolean;
  /** Whether checkpoints exist. */
  readonly weights: boolean;
}

export function summarizeRun(
  id: string,
  { log, about, touched, scores, notes, trial, locked, detached, weights }: RunSummaryFacts,
  now: number,
): RunSummary {
  const plan = about?.plan ?? null;
  const lock = about?.lock ?? null;
  const { state, problem } = stateOf({ log, about, touched, locked, weights }, now);
  const pace = state === "running" ? log.pace : null;
  const text = (value: unknown): string | null => (typeof value === "string" ? oneLine(printable(value)) : null);
  const place = [text(plan?.recipe.data.name), text(lock?.dataHash)] as const;
  const validated = listedValidationScores(log.validated, ...place);
  return {
    id,
    name: text(lock?.name) ?? text(plan?.effects.run) ?? id,
    state,
    ...(detached && isLiveState(state) && { detached: true as const }),
    ...(problem !== undefined && { problem }),
    model: text(plan?.recipe.model.name),
    base: text(plan?.recipe.model.base),
    technique: lock?.deployment
      ? text(`→ ${lock.deployment.target}`)
      : plan && text(shortly(() => callText(plan.recipe.model.technique))),
    data: text(plan?.recipe.data.name),
    started: text(lock?.started) ?? log.begun,
    engine: text(log.engine ?? lock?.engine),
    step: log.step,
    steps: log.steps ?? (typeof plan?.estimates?.steps === "number" ? plan.estimates.steps : null),
    loss: log.loss,
    ...(log.epsilon !== null && { epsilon: log.epsilon }),
    scores: withTrialObjectiveScore([...scores, ...validated], trial, place),
    ...(lock?.experiment && { experiment: clip(oneLine(printable(lock.experiment.name)), 200) }),
    ...notes,
    trial,
    curve: log.curve,
    seconds: log.seconds,
    tokensPerSecond: pace && Math.round(pace.tokens),
    secondsLeft: pace && log.steps !== null ? Math.round(pace.seconds * Math.max(0, log.steps - log.step)) : null,
  };
}
function shortly(text: () => string): string | null {
  try {
    return text();
  } catch {
    return null; // a plan of another version
  }
}

function stateOf(
  { log, about, touched, locked, weights }: Pick<RunSummaryFacts, "log" | "about" | "touched" | "locked" | "weights">,
  now: number,
): Pick<RunSummary, "state" | "problem"> {
  if (log.ended) return { state: log.ended, ...(about?.problem !== undefined && { problem: about.problem }) };
  const alive = log.writer?.locks ? false : log.writer ? isProcessAlive(log.writer) : undefined;
  const goesOn = locked || (alive ?? now - touched < ASSUMED_DEAD_AFTER_MS);
  if (about?.problem !== undefined && !(goesOn && log.begun === null && now - touched < 5000))
    return { state: "broken", problem: about.problem };
  if (goesOn) return { state: log.begun === null ? "starting" : log.stopping ? "stopping" : "running" };
  return {
    state: "killed",
    problem:
      log.begun === null
        ? weights
          ? "its log is lost: its weights open, its history is not known"
          : "it ended before its first step"
        : `${log.writer && isProcessAlive(log.writer) ? "it" : "its process"} ended without a word`,
  };
}
