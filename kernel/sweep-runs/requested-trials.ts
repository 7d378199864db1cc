/** The trials that a user requests, as points of the sweep's space: initial ones, changed copies, and trials to stop. */
import type { SearchPoint } from "#stdlib/searches/kind.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { parametersOf, pointOfValues, type ParameterValue } from "../study/parameters.js";
import type { TrialRecord } from "../study/trial.js";
import { brokenRelationAt } from "../study/relations.js";
import { settingTextsAtPoint } from "../study/points.js";
import canonicalize from "canonicalize";
import type { TrialLog } from "./journal/trial-log.js";

/**
 * A user's requests for a running sweep: to stop a trial, or to start others in addition to those that the search
 * draws.
 */
export interface RequestedTrial {
  readonly point: SearchPoint;
  readonly values: Readonly<Record<string, string>>;
  /** Number of the trial that it replaces. */
  readonly again?: number;
}

export class TrialRequests {
  private readonly stop = new Set<number>();
  private readonly begin: RequestedTrial[] = [];
  /** Called for each new request. */
  onWish: () => void = () => undefined;

  /** Reports whether a trial should end with its present weights and score. */
  stopped(number: number): boolean {
    return this.stop.has(number);
  }
  wantStopped(number: number): void {
    this.stop.add(number);
    this.onWish();
  }
  wantBegun(wanted: RequestedTrial): void {
    this.begin.push(wanted);
    this.onWish();
  }
  /** Number of requested trials that have not started. */
  get waiting(): number {
    return this.begin.length;
  }
  /** Returns the earliest request. */
  next(): RequestedTrial | null {
    return this.begin.shift() ?? null;
  }
}

/** Throws the coded error `trial-not-running`. */
export function demandTrialRunning(sweep: string, number: number, running: readonly number[]): void {
  if (!running.includes(number)) throw new CodedError("trial-not-running", { sweep, trial: number, running });
}

/**
 * Returns the trial's values with these changes. Throws the coded error `not-in-space`.
 * @param changes path → Tune text
 */
export function requestedTrialWithChanges(
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
  return { point: found.point, values: settingTextsAtPoint(plan.vary, found.point) };
}

/** Returns the trials to retrain, and the initial points that were not started yet. */
export function initialTrials(
  sweep: SweepPlan,
  points: readonly Readonly<Record<string, string>>[],
  {
    log: { trials, unfinished },
    again,
  }: { readonly log: Pick<TrialLog, "trials" | "unfinished">; readonly again: readonly TrialRecord[] },
): readonly RequestedTrial[] {
  const { vary } = sweep;
  const parameters = parametersOf(vary);
  const before = [...trials, ...unfinished, ...again].map(({ point }) => canonicalize(point));
  const renewed = again.map(({ number, point, values }) => ({ point, values, again: number }));
  const wanted = points.flatMap((values) => {
    const found = pointOfValues(parameters, new Map(Object.entries(values)));
    // The search space may have been narrowed since the point was recorded.
    if ("why" in found || brokenRelationAt(sweep, found.point) !== null) return [];
    const { point } = found;
    return before.includes(canonicalize(point)) ? [] : [{ point, values: settingTextsAtPoint(vary, point) }];
  });
  return [...renewed, ...wanted];
}
