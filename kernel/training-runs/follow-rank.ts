/**
 * Runs a rank other than 0, from its plan to the end of the process group, with the same rows and model as rank 0.
 * @returns the model, with rank 0's weights
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { sharedStateLayoutOf } from "../remote/process-group/start-group.js";
import type { RankRowShare } from "../remote/process-group/rank.js";
import type { PeerRank } from "../remote/process-group/peer-rank.js";
import { runPeerRankTraining } from "../remote/process-group/follow.js";
import { engineWorkOf } from "../engines/engine-work.js";
import { openModelOfPlan, type OpenModel } from "../models/open-model.js";
import type { ModelOpener } from "../models/program-parts.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { prepareTrainingInputs, type TrainingInputs } from "./training-inputs.js";

export async function trainAsPeerRank(
  session: OpenSession,
  {
    plan,
    spoke,
    place,
    opens,
  }: { readonly plan: Plan; readonly spoke: PeerRank; readonly place: RankRowShare; readonly opens?: ModelOpener },
  context: ExecutionContext,
): Promise<OpenModel> {
  const [material, engine] = await Promise.all([
    prepareTrainingInputs(session, { plan, name: plan.effects.run }, context, false),
    session.engines.engine(engineWorkOf(plan)),
  ]);
  const { base, prepared, loader, schedule, rows, encoding } = material;
  demandSame(plan, material);
  const open = await openModelOfPlan(engine, plan, base, prepared.labels, context.hostContext.folder, opens);
  try {
    const shares = await sharedStateLayoutOf(open.session, {
      ...open.states,
      averages: plan.recipe.training.average !== undefined,
    });
    const wantsLogits = rows.taught?.oneRight !== undefined && encoding.task.implementation.oneLabel === true;
    await runPeerRankTraining({ plan, loader, schedule, wantsLogits, session: open.session, spoke, place, shares });
    return open;
  } catch (error) {
    // If the engine died, the model is already closed.
    await open.dispose().catch(() => undefined);
    throw error;
  }
}

/** Throws the coded error `work-otherwise`. */
function demandSame({ effects, recipe }: Plan, { base, prepared }: Pick<TrainingInputs, "base" | "prepared">): void {
  const { dataHash, model } = recipe;
  const differs = [
    ...(dataHash !== null && prepared.facts.hash !== dataHash ? ["its rows"] : []),
    ...(model.baseHash !== null && base.hash !== model.baseHash ? ["its base"] : []),
  ];
  if (differs.length > 0) throw new CodedError("work-otherwise", { what: effects.run, differs: differs.join(", ") });
}
