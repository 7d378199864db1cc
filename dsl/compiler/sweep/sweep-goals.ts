/**
 * Goals and thresholds of a sweep: the metrics after `maximize` and `minimize`, in written order, and the thresholds
 * after `require`.
 */
import type { Program } from "../plan/program.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { BlockNode } from "../../language/syntax/tree.js";
import { isCall } from "../plan/definitions.js";
import { hashOf } from "../plan/hash.js";
import { checkMetrics } from "../plan/metrics.js";
import type { Plan } from "../plan/plan.js";
import type { SweepGoal } from "../plan/sweep/auto.js";
import { metricDirectionOf, noDirectionData } from "../plan/watched-metric.js";
import { tuneText } from "../plan/text.js";
import type { GivenValue, Call, Value } from "../../language/types/value.js";

const DIRECTIONS = ["maximize", "minimize"] as const;
interface WrittenGoal extends SweepGoal {
  readonly place: Span | undefined;
}

/** The swept model: its name in messages, its task, and the roles of its data. */
export interface SweptModel {
  readonly model: string;
  readonly task: Call;
  readonly roles: readonly string[];
}
export function sweptModelOf(plan: Plan | undefined): SweptModel | undefined {
  if (!plan) return undefined;
  const { model, data } = plan.recipe;
  return { model: model.name, task: model.task, roles: Object.keys(data.columns) };
}

/** Returns the goals in the order of their keys. `values`: of the block, with defaults. */
export function goalsIn(
  values: Readonly<Record<string, Value>>,
  given: ReadonlyMap<string, GivenValue>,
): readonly WrittenGoal[] {
  const keys = DIRECTIONS.filter((key) => given.has(key)).sort(
    (a, b) => (given.get(a)?.span.start ?? 0) - (given.get(b)?.span.start ?? 0),
  );
  return keys.flatMap((direction) => {
    const goalSetting = given.get(direction);
    return callsIn(values[direction]).map((metric, i) => ({
      direction,
      metric,
      place: goalSetting?.places.get(`${direction}.${String(i)}`) ?? goalSetting?.span,
    }));
  });
}

/**
 * Checks that each metric has a direction, is optimized in it, belongs to the model's task and occurs once. False if
 * not (reported).
 */
export function checkGoals(
  program: Program,
  goals: readonly WrittenGoal[],
  options: { readonly swept: SweptModel | undefined; readonly block: BlockNode | undefined; readonly here: Span },
): boolean {
  const seen = new Set<string>();
  for (const { direction, metric, place } of goals) {
    const has = metricDirectionOf(program.registry, metric);
    if (has === "none") {
      program.reportNear("no-direction", noDirectionData(metric, direction), place, options.here);
      return false;
    }
    const better = has === "greater" ? "maximize" : "minimize";
    if (better !== direction) {
      const keys = options.block?.entries ?? [];
      const key = keys.find((e) => e.key.text === direction)?.key.span;
      // The fix replaces the key if this is its only metric; otherwise the metric must move to the other key.
      const alone = goals.filter((goal) => goal.direction === direction).length === 1;
      const fix =
        key && alone && !goals.some((goal) => goal.direction === better) ? replacementFix(key, better) : undefined;
      const details = { metric: metric.word, found: direction, instead: better, own: metric.definition !== undefined };
      program.reportNear("wrong-direction", details, alone ? key : place, options.here, fix && { fix });
      return false;
    }
    if (seen.has(hashOf(metric))) {
      program.reportNear("same-goal", { metric: metric.word }, place, options.here);
      return false;
    }
    seen.add(hashOf(metric));
  }
  return measurable(
    program,
    goals.map(({ metric, place }) => ({ metric, place })),
    options,
  );
}

/** Checks that the search supports several goals; false if it supports only one (reported). */
export function checkSearchSupportsGoals(
  program: Program,
  search: Call,
  goals: readonly SweepGoal[],
  options: { readonly place: Span | undefined; readonly here: Span },
): boolean {
  const oneGoal = program.registry.find("search", search.word)?.capabilities?.singleGoal;
  if (!oneGoal || goals.length === 1) return true;
  const details = { search: search.word, goals: goals.map(({ metric }) => tuneText(metric)), instead: oneGoal.instead };
  program.reportNear(
    "one-goal",
    details,
    options.place,
    options.here,
    options.place && { fix: replacementFix(options.place, oneGoal.instead) },
  );
  return false;
}

/** Returns the thresholds, whose metrics must belong to the task too; undefined if one does not (reported). */
export function thresholdsIn(
  program: Program,
  value: Value | undefined,
  given: GivenValue | undefined,
  options: { readonly swept: SweptModel | undefined; readonly here: Span },
): readonly Call[] | undefined {
  const bars = callsIn(value);
  const metrics = bars.flatMap((bar, i) => {
    const metric = program.registry.find("bar", bar.word)?.capabilities?.metric(bar);
    return metric ? [{ metric, place: given?.places.get(`require.${String(i)}.metric`) ?? given?.span }] : [];
  });
  return measurable(program, metrics, options) ? bars : undefined;
}

function measurable(
  program: Program,
  metrics: readonly { readonly metric: Call; readonly place: Span | undefined }[],
  { swept, here }: { readonly swept: SweptModel | undefined; readonly here: Span },
): boolean {
  if (!swept) return false;
  const words = metrics.map(({ metric }) => metric.word);
  return checkMetrics(program, words, { ...swept, timed: true }, (i) => metrics[i]?.place, here);
}

function callsIn(value: Value | undefined): readonly Call[] {
  return Array.isArray(value) ? (value as readonly Value[]).filter(isCall) : isCall(value) ? [value] : [];
}
