/** Returns the parts of a sweep that its journal needs. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { brokenRelationAt } from "../../study/relations.js";
import type { JournalSpec } from "./journal.js";

export function journalSpecOf(sweep: SweepPlan, registry: Registry): JournalSpec {
  const goals = sweep.goals.map(({ metric, direction }) => ({ metric: metricName(metric, registry), direction }));
  return { vary: sweep.vary, goals, broken: (point) => brokenRelationAt(sweep, point) };
}
