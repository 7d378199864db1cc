/** Of a sweep what its journal must know. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { brokenAt } from "../../study/relations.js";
import type { JournalOf } from "./journal.js";

export function journalOf(sweep: SweepPlan, registry: Registry): JournalOf {
  const goals = sweep.goals.map(({ metric, direction }) => ({ metric: metricName(metric, registry), direction }));
  return { vary: sweep.vary, goals, broken: (point) => brokenAt(sweep, point) };
}
