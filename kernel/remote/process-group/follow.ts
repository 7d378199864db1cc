/**
 * A peer rank: computes its share of each update until the coordinator has all steps. It writes and scores nothing,
 * because rank 0 has the same state.
 */
import type { EngineSession } from "../../engines/engine.js";
import { totalSteps, type MinibatchOptions } from "../../training/steps.js";
import { receiveInitialState } from "./start-group.js";
import { rankPipeline } from "./group-source.js";
import { peerRankAdapter, type RankRowShare } from "./rank.js";
import { GroupSynchronizedSession, type SharedStateLayout } from "./shared-session.js";
import { ProcessGroupEnded, type PeerRank } from "./peer-rank.js";

export interface PeerRankTrainingOptions extends MinibatchOptions {
  readonly session: EngineSession;
  readonly spoke: PeerRank;
  readonly place: RankRowShare;
  readonly shares: SharedStateLayout;
}

export async function runPeerRankTraining(options: PeerRankTrainingOptions): Promise<void> {
  const { spoke, session, place, shares, plan, loader } = options;
  try {
    const done = await receiveInitialState(spoke, session, shares);
    const shared = new GroupSynchronizedSession(session, peerRankAdapter(spoke, place), shares, done);
    const pipeline = rankPipeline(options, shared, done);
    const total = totalSteps(plan, loader);
    for (let step = done; step < total; step++) await pipeline.next(total);
    await spoke.over();
  } catch (error) {
    if (!(error instanceof ProcessGroupEnded)) throw error;
  }
}
