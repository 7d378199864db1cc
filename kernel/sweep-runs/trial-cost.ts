/**
 * Estimates the cost of a sweep's trials: compiles their programs after the sources of the session, without running
 * anything.
 */
import type { Source } from "#dsl/language/diagnostics/span.js";
import { sweepCostRange, type CostRange } from "../study/costs.js";
import { modelSettingKeys, trialProgramText } from "../study/trial-text.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";

/** @param compiled compiles a source after the others; undefined if it has errors */
export function estimateSweepCosts(
  { name, sweep }: { readonly name: string; readonly sweep: SweepPlan },
  compiled: (source: Source) => Promise<readonly Action[] | undefined>,
): Promise<CostRange | null> {
  const as = `${name}_planned`;
  const title = `a trial of ${name}`;
  return sweepCostRange(sweep, async (values) => {
    const text = trialProgramText(sweep, values, modelSettingKeys(), as);
    const actions = await compiled({ id: `plan:${as}`, title, text });
    return actions?.findLast((action) => action.verb === "train")?.plan.estimates ?? null;
  });
}
