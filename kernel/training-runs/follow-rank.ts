/** A rank that is not the hub, from its plan to the end of the gang: the same rows and the same model as rank 0 has. @returns the model, whose weights are rank 0's */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { sharesOf } from "../remote/process-group/begin.js";
import type { Place } from "../remote/process-group/rank.js";
import type { Spoke } from "../remote/process-group/peer-rank.js";
import { follow } from "../remote/process-group/follow.js";
import { workOf } from "../engines/work.js";
import { openModel, type OpenModel, type OpensModel } from "../models/open-model.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { materialOf, type Material } from "./material.js";

export async function followRank(
  session: OpenSession,
  {
    plan,
    spoke,
    place,
    opens,
  }: { readonly plan: Plan; readonly spoke: Spoke; readonly place: Place; readonly opens?: OpensModel },
  stage: Stage,
): Promise<OpenModel> {
  const [material, engine] = await Promise.all([
    materialOf(session, { plan, name: plan.effects.run }, stage, false),
    session.engines.engine(workOf(plan)),
  ]);
  const { base, prepared, loader, schedule, rows, encoding } = material;
  demandSame(plan, material);
  const open = await openModel(engine, plan, base, prepared.labels, stage.hostContext.folder, opens);
  try {
    const shares = await sharesOf(open.session, { ...open, averages: plan.recipe.training.average !== undefined });
    const wantsLogits = rows.taught?.oneRight !== undefined && encoding.task.implementation.oneLabel === true;
    await follow({ plan, loader, schedule, wantsLogits, session: open.session, spoke, place, shares });
    return open;
  } catch (error) {
    // An engine that died has closed it.
    await open.dispose().catch(() => undefined);
    throw error;
  }
}

/** Coded error `work-otherwise`. */
function demandSame({ effects, recipe }: Plan, { base, prepared }: Pick<Material, "base" | "prepared">): void {
  const { dataHash, model } = recipe;
  const differs = [
    ...(dataHash !== null && prepared.facts.hash !== dataHash ? ["its rows"] : []),
    ...(model.baseHash !== null && base.hash !== model.baseHash ? ["its base"] : []),
  ];
  if (differs.length > 0) throw new CodedError("work-otherwise", { what: effects.run, differs: differs.join(", ") });
}
