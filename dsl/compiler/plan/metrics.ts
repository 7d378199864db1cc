/** Which metrics measure what a task does: capability `of` of a metric, `measures` of a task; absent: labels, or next tokens. */
import type { Program } from "./program.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { MetricOutcome } from "../../language/types/capabilities/metric.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Registry } from "../../language/types/registry.js";
import { hashOf } from "./hash.js";
import type { RecipePlan } from "./recipe.js";
import type { DataPlan, ModelPlan } from "../../language/types/subject.js";
import type { Call } from "../../language/types/value.js";
import { tuneText } from "./text.js";
import { directionOf, metricOf, noDirectionData } from "./watched-metric.js";

/** What only a text that the model writes can be measured by: validations while training write none. */
const WRITTEN: MetricOutcome = "written";
/** What every model that answers can be measured by, when it is asked for that. */
const TIME: MetricOutcome = "time";
/** What every model can. */
const COST: MetricOutcome = "cost";
/** What is said of texts themselves is no answer. */
const UNANSWERED: MetricOutcome = "next_token";
/** Metrics of a task, as they would be written. `roles`: those of the data, where they are known; `training`: while it trains; `timed`: answers are waited for. */
export function metricsOf(
  registry: Registry,
  task: Call,
  roles?: readonly string[],
  { training = false, timed = false }: { readonly training?: boolean; readonly timed?: boolean } = {},
): readonly string[] {
  const has = registry.find("task", task.word)?.capabilities;
  const stated = roles && has?.byRoles ? has.byRoles(roles, task).measures : has?.measures;
  const all = stated ?? [];
  const answers = timed && all.some((outcome) => outcome !== UNANSWERED);
  const wanted = [
    ...(training ? all.filter((outcome) => outcome !== WRITTEN) : all),
    ...(answers ? [TIME] : []),
    ...(timed ? [COST] : []),
  ];
  return registry
    .ofKind("metric")
    .filter((word) => !word.planned && word.capabilities?.outcomes.some((outcome) => wanted.includes(outcome)))
    .map((word) => word.name);
}

/** @returns false if one of the metrics is of another task (each is reported) */
export function checkMetrics(
  program: Program,
  metrics: readonly string[],
  target: { readonly model: string; readonly task: Call; readonly roles?: readonly string[]; readonly timed?: boolean },
  /** Where they are written, each or all of them. */
  place: Span | ((index: number) => Span | undefined) | undefined,
  here: Span,
): boolean {
  const has = metricsOf(program.registry, target.task, target.roles, target.timed === true ? { timed: true } : {});
  let good = true;
  for (const [index, metric] of metrics.entries()) {
    if (has.includes(metric)) continue;
    const span = typeof place === "function" ? place(index) : place;
    program.reportNear(
      "metric-of-other-task",
      { metric, model: target.model, task: target.task.word, has },
      span,
      here,
    );
    good = false;
  }
  return good;
}

/**
 * The metrics that a training goes by: the task measures them without writing texts, they have a direction, and it is one.
 * @returns false if not (reported)
 */
export function checkWatchedMetrics(
  program: Program,
  recipe: RecipePlan,
  settings: ReadonlyMap<string, GivenValue>,
  options: { readonly model: ModelPlan; readonly data: DataPlan; readonly here: Span },
): boolean {
  const roles = Object.keys(options.data.columns);
  const target = { model: options.model.name, task: options.model.task, roles };
  const placeOf = (key: "keep" | "early_stopping"): Span | undefined => {
    const given = settings.get(key);
    return given?.places.get(`${key}.metric`) ?? given?.span;
  };
  for (const key of ["keep", "early_stopping"] as const) {
    const metric = metricOf(recipe[key]);
    if (!metric) continue;
    if (!checkMetrics(program, [metric.word], target, placeOf(key), options.here)) return false;
    if (directionOf(program.registry, metric) === "none") {
      program.reportNear("no-direction", noDirectionData(metric, key), placeOf(key), options.here);
      return false;
    }
    const has = metricsOf(program.registry, target.task, roles, { training: true });
    if (has.includes(metric.word)) continue;
    program.reportNear("metric-of-written", { metric: metric.word, key, has }, placeOf(key), options.here);
    return false;
  }
  const [keepMetric, stops] = [metricOf(recipe.keep), metricOf(recipe.early_stopping)];
  if (!keepMetric || !stops || hashOf(keepMetric) === hashOf(stops)) return true;
  const [keep, early_stopping] = [tuneText(keepMetric), tuneText(stops)];
  program.reportNear("two-watched", { keep, early_stopping }, placeOf("early_stopping"), options.here);
  return false;
}
