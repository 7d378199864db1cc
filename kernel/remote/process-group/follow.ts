/**
 * A rank other than rank 0: it takes its share of each update until the hub has all steps. It writes nothing and scores nothing;
 * rank 0 knows all that it knows.
 */
import type { Session } from "../../engines/engine.js";
import { totalSteps, type Minibatches } from "../../training/steps.js";
import { beginsWith } from "./begin.js";
import { rankPipeline } from "./group-source.js";
import { spokeRank, type Place } from "./rank.js";
import { SharedSession, type Shares } from "./shared-session.js";
import { GangEnded, type Spoke } from "./peer-rank.js";

export interface FollowOptions extends Minibatches {
  readonly session: Session;
  readonly spoke: Spoke;
  readonly place: Place;
  readonly shares: Shares;
}

export async function follow(options: FollowOptions): Promise<void> {
  const { spoke, session, place, shares, plan, loader } = options;
  try {
    const done = await beginsWith(spoke, session, shares);
    const shared = new SharedSession(session, spokeRank(spoke, place), shares, done);
    const pipeline = rankPipeline(options, shared, done);
    const total = totalSteps(plan, loader);
    for (let step = done; step < total; step++) await pipeline.next(total);
    await spoke.over();
  } catch (error) {
    if (!(error instanceof GangEnded)) throw error;
  }
}
