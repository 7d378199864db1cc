/** A trial like another, some of its values changed by hand. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { SweepPlan } from "#dsl/plan/sweep/sweep-plan.js";
import { parametersOf, pointOf, type Named } from "../../core/sweep/parameters.js";
import { brokenAt } from "../../core/sweep/relations.js";
import { valuesAt } from "../../core/sweep/points.js";
import type { TrialRecord } from "../../core/sweep/trial.js";
import type { Wanted } from "./wishes.js";
import "../../artifacts/codes.js";

/** `changes`: by path, as Tune text. Coded error `not-in-space`. */
export function changed(
  { name, plan }: { readonly name: string; readonly plan: SweepPlan },
  { number, point }: TrialRecord,
  changes: Readonly<Record<string, string>>,
): Wanted {
  const parameters = parametersOf(plan.vary);
  const has = parameters.flatMap(({ of, choices }): (readonly [string, Named])[] => {
    const value = point[of.name];
    return value === undefined ? [] : [[of.name, choices?.[value] ?? value]];
  });
  const found = pointOf(parameters, new Map<string, Named>([...has, ...Object.entries(changes)]));
  if ("why" in found) throw new CodedError("not-in-space", { sweep: name, trial: number, why: found.why });
  const broken = brokenAt(plan, found.point);
  if (broken !== null)
    throw new CodedError("not-in-space", { sweep: name, trial: number, why: `it would break ${broken}` });
  return { point: found.point, values: valuesAt(plan.vary, found.point) };
}
