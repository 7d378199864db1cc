/** A rank that is not the hub, from its plan to the end of the gang: the same rows and the same model as rank 0 has. @returns the model, whose weights are rank 0's */
import type { Plan } from "#dsl/plan/plan.js";
import { sharesOf } from "../../ranks/begin.js";
import type { Rank } from "../../ranks/rank.js";
import type { Spoke } from "../../ranks/spoke.js";
import { follow } from "../../training/follow.js";
import { EngineRoom } from "../engines/engine-room.js";
import { openModel, type OpenModel } from "../models/open-model.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { materialOf } from "./material.js";

export async function followRank(
  session: TuneSession,
  { plan, spoke, place }: { readonly plan: Plan; readonly spoke: Spoke; readonly place: Pick<Rank, "rank" | "of"> },
  stage: Stage,
): Promise<OpenModel> {
  const [material, engine] = await Promise.all([
    materialOf(session, { plan, name: plan.effects.run }, stage, false),
    session.engines.engine(EngineRoom.work(plan)),
  ]);
  const { base, prepared, loader, schedule, rows, encoding } = material;
  const open = await openModel(engine, plan, base, prepared.labels, stage.hostContext.folder);
  const shares = await sharesOf(open.session, { ...open, averages: plan.recipe.training.average !== undefined });
  const seen = rows.taught?.oneRight !== undefined && encoding.task.implementation.oneLabel === true;
  await follow({ ...{ plan, loader, schedule, seen, session: open.session, spoke, place, shares } });
  return open;
}
