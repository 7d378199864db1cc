/** Default metrics of a task: accuracy and macro F1 for labels, else those that the task names. */
import type { TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Call } from "#dsl/language/types/value.js";

const LABELS: readonly Call[] = [
  { word: "accuracy", kind: "metric", arguments: {} },
  { word: "f1", kind: "metric", arguments: { average: "macro" } },
];

/** `roles`: roles of the data; null if unknown. */
export function defaultMetrics(
  registry: { find(kind: "task", name: string): { readonly capabilities?: TaskCapabilities } | undefined },
  task: Call | null,
  roles: readonly string[] | null,
): readonly Call[] {
  const has = task ? registry.find("task", task.word)?.capabilities : undefined;
  if (task && has?.measuredByRoles && roles) return has.measuredByRoles(roles, task).metrics;
  return has?.metrics ?? LABELS;
}
