/** What a sweep compares trials by: the metrics after `maximize` and `minimize`, the first written first, and the bars after `require`. */
import type { Program } from "../plan/program.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { BlockNode } from "../../language/syntax/tree.js";
import { isCall } from "../plan/definitions.js";
import { hashOf } from "../plan/hash.js";
import { checkMetrics } from "../plan/metrics.js";
import type { Plan } from "../plan/plan.js";
import type { SweepGoal } from "../plan/sweep/auto.js";
import { directionOf, noDirectionData } from "../plan/watched-metric.js";
import { tuneText } from "../plan/text.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { Call, Value } from "../../language/types/value.js";

const DIRECTIONS = ["maximize", "minimize"] as const;
/** A goal and where it is written. */
interface WrittenGoal extends SweepGoal {
  readonly place: Span | undefined;
}

/** What is measured: by which name it is told, its task, and the roles of its data. */
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

/** In the order of their keys. `values`: of the block, filled in. */
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

/** Whether each metric has a direction and gets better that way, is one of the model's task and stands there once; false: one isn't (reported). */
export function checkGoals(
  program: Program,
  goals: readonly WrittenGoal[],
  options: { readonly swept: SweptModel | undefined; readonly block: BlockNode | undefined; readonly here: Span },
): boolean {
  const seen = new Set<string>();
  for (const { direction, metric, place } of goals) {
    const has = directionOf(program.registry, metric);
    if (has === "none") {
      program.reportNear("no-direction", noDirectionData(metric, direction), place, options.here);
      return false;
    }
    const better = has === "greater" ? "maximize" : "minimize";
    if (better !== direction) {
      const keys = options.block?.entries ?? [];
      const key = keys.find((e) => e.key.text === direction)?.key.span;
      // With a key of its own it may stay where it stands; among others, or beside the other key, it must move.
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

/** Whether the search learns from so many goals; false: it learns from one (reported). */
export function checkOneGoal(
  program: Program,
  search: Call,
  goals: readonly SweepGoal[],
  options: { readonly place: Span | undefined; readonly here: Span },
): boolean {
  const oneGoal = program.registry.find("search", search.word)?.capabilities?.oneGoal;
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

/** The bars, whose metrics are of the task too; undefined: one isn't (reported). */
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
