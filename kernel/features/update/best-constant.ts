/** What one answer for all rows would come to: who has learnt something has more. */
import type { LearnableTask, TaskMetric } from "../../evaluation/forgetting/tasks.js";

/**
 * Accuracy on the held-out rows of a task with one label each. Null: it is measured by something else, its rows aren't in
 * memory, or they have one label alone, of which one answer says all.
 */
export function bestConstant({ prepared, split }: Pick<LearnableTask, "prepared" | "split">, { call }: TaskMetric) {
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
