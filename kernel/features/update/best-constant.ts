/** The score of the best constant prediction: a model that has learned something scores higher. */
import type { LearnableTask, TaskMetric } from "../../evaluation/forgetting/tasks.js";

/**
 * Accuracy on the held-out rows of a single-label task. Null if it has another metric, its rows are not in memory, or
 * they all have the same label, which makes a constant prediction perfect.
 */
export function bestConstantAccuracy(
  { prepared, split }: Pick<LearnableTask, "prepared" | "split">,
  { call }: TaskMetric,
) {
  const table = split === null ? undefined : prepared.splits[split];
  if (call.word !== "accuracy" || !table?.columnNames().includes("label")) return null;
  const known = new Set<unknown>(prepared.labels);
  const counts = new Map<unknown, number>();
  for (const label of table.array("label")) {
    if (!known.has(label)) return null;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts.size < 2 ? null : Math.max(...counts.values()) / table.numRows();
}
