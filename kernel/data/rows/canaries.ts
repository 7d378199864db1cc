/** Canaries as rows of a split's table that occur in no source. */
import { from as tableFrom, type ColumnTable } from "arquero";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan, RecipePlan } from "#dsl/compiler/plan/plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { drawCanaries, type CanaryRow, type CanaryTemplate } from "#stdlib/attacks/shared/canary-rows.js";
import { trainingSplitName, type PreparedData } from "../prepared.js";

/** Returns null if the task allows no canaries. `labels`: labels of the data. */
export function canaryTemplateOf(
  { recipe: { model, data } }: Pick<Plan, "recipe">,
  { registry, labels }: { readonly registry: Registry; readonly labels: readonly string[] },
): CanaryTemplate | null {
  const form = registry.find("task", model.task.word)?.capabilities?.canary;
  return form ? { form, roles: Object.keys(data.columns), labels } : null;
}

export function canaryRowCount({
  canaries = 0,
  canary_copies: times = 1,
}: Pick<RecipePlan, "canaries" | "canary_copies">): number {
  return canaries * times;
}

/**
 * Adds the plan's canaries to the training rows, each as often as the plan says. Without canaries, the data are
 * unchanged.
 */
export function addCanaryRows(plan: Pick<Plan, "recipe">, prepared: PreparedData, registry: Registry): PreparedData {
  const { canaries, canary_copies: times = 1, seed } = plan.recipe.training;
  const space = canaries === undefined ? null : canaryTemplateOf(plan, { registry, labels: prepared.labels });
  if (canaries === undefined || !space) return prepared;
  const split = trainingSplitName(prepared);
  const trainTable = mustExist(prepared.splits[split], `the table of ${split}`);
  const drawn = drawCanaries(space, { seed, count: canaries, which: "planted" });
  const copies = drawn.flatMap((canary) => Array.from({ length: times }, () => canary));
  return {
    ...prepared,
    splits: {
      ...prepared.splits,
      [split]: trainTable.concat(canaryTable(trainTable.columnNames(), copies)) as ColumnTable,
    },
  };
}

/** Returns canaries as rows of a split. Columns without a canary value (a group, a time) are null. */
export function canaryTable(names: readonly string[], canaries: readonly CanaryRow[]): ColumnTable {
  const blank = (name: string): unknown => (name === "weight" ? 1 : name === "$row" ? 0 : null);
  return tableFrom(
    canaries.map((canary) => Object.fromEntries(names.map((name) => [name, canary[name] ?? blank(name)]))),
  ) as ColumnTable;
}
