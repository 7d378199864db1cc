/**
 * A rank that is not the hub: it takes its share of each update until the hub has all that it wants. It writes nothing, scores
 * nothing, and keeps nothing: whatever it knows, rank 0 knows too.
 */
import type { Session } from "../engine/engine.js";
import { spokeRank, type Place } from "../ranks/rank.js";
import { SharedSession, type Shares } from "../ranks/shared-session.js";
import { GangEnded, type Spoke } from "../ranks/spoke.js";
import { StepPipeline } from "./pipeline.js";
import { stepsOf, totalSteps, type StepsOf } from "./steps.js";
import { beginsWith } from "../ranks/begin.js";

export interface Follows extends StepsOf {
  readonly session: Session;
  readonly spoke: Spoke;
  readonly place: Place;
  readonly shares: Shares;
}

export async function follow(o: Follows): Promise<void> {
  const { spoke, session, place, shares } = o;
  try {
    const done = await beginsWith(spoke, session, shares);
    const rank = spokeRank(spoke, place);
    const shared = new SharedSession(session, rank, shares, done);
    const pipeline = new StepPipeline(stepsOf(o, session, shared), done);
    const total = totalSteps(o.plan, o.loader, false);
    for (let step = done; step < total; step++) await pipeline.next(total);
    await spoke.over();
  } catch (error) {
    if (!(error instanceof GangEnded)) throw error;
  }
}
