/** Which metrics measure what a task does: capability `of` of a metric, `measures` of a task; absent: labels, or next tokens. */
import type { Program } from "../check/program.js";
import type { Span } from "../check/span.js";
import type { Registry } from "../registry.js";
import { predictsNext } from "./feeding.js";
import type { Call } from "./plan.js";

/** What a task measures and measures by default on data that have these roles (capability `byRoles`). */
export type ByRoles = (
  roles: readonly string[],
  task: Call,
) => {
  readonly measures: readonly string[];
  readonly metrics: readonly Call[];
};

/** Metrics of a task, as they would be written. `roles`: those of the data, where they are known. */
export function metricsOf(registry: Registry, task: Call, roles?: readonly string[]): readonly string[] {
  const has = registry.find("task", task.word)?.capabilities;
  const byRoles = has?.["byRoles"];
  const stated =
    roles && typeof byRoles === "function" ? (byRoles as ByRoles)(roles, task).measures : has?.["measures"];
  const wanted = Array.isArray(stated)
    ? (stated as readonly string[])
    : [predictsNext(registry, task) ? "next_token" : "label"];
  return registry
    .ofKind("metric")
    .filter((word) => !word.planned && measures(word.capabilities).some((of) => wanted.includes(of)))
    .map((word) => word.name);
}

/** @returns false if one of the metrics is of another task (reported) */
export function checkMetrics(
  program: Program,
  metrics: readonly string[],
  of: { readonly model: string; readonly task: Call; readonly roles?: readonly string[] },
  /** Where they are written, each or all of them. */
  place: Span | ((index: number) => Span | undefined) | undefined,
  here: Span,
): boolean {
  const has = metricsOf(program.registry, of.task, of.roles);
  const index = metrics.findIndex((name) => !has.includes(name));
  const wrong = metrics[index];
  if (wrong === undefined) return true;
  const at = typeof place === "function" ? place(index) : place;
  program.reportNear("metric-of-other-task", { metric: wrong, model: of.model, task: of.task.word, has }, at, here);
  return false;
}

function measures(capabilities: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const of = capabilities?.["of"];
  return Array.isArray(of) ? (of as readonly string[]) : ["label"];
}
