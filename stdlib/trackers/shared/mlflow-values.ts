/** Converts points and texts for MLflow. */
import type { TrackedEvent } from "../kind.js";
import { mlflowKeyName } from "./names.js";

/** MLflow's limits per request and on texts (older servers accept no more). */
export const MLFLOW_LIMITS = { metrics: 1000, params: 100, param: 500, tag: 5000 } as const;

/** Returns the metrics of steps that were not reported yet, and updates `steps`. */
export function mlflowMetricsOf(event: TrackedEvent, steps: Record<string, number>): readonly object[] {
  if (event.is === "resumed") return [];
  const { group, step, at: time, values } = event;
  if (repeats(group) && step <= (steps[group] ?? -1)) return [];
  steps[group] = step;
  return Object.entries(values).flatMap(([name, value]) =>
    Number.isFinite(value) ? [{ key: mlflowKeyName(`${group}/${name}`), value, timestamp: time, step }] : [],
  );
}
/** Groups whose points a resumed run repeats. Other evaluations may be repeated deliberately. */
const repeats = (group: string): boolean => group === "train" || group === "validation";

export function mlflowTags(
  all: Readonly<Record<string, string>>,
): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(all).flatMap(([key, value]) =>
    value === "" ? [] : [{ key, value: clipText(value, MLFLOW_LIMITS.tag) }],
  );
}
export function clipText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
