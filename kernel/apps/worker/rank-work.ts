/**
 * A training rank in a worker: it joins the process group before it opens anything, so that the coordinator soon knows
 * all members. It takes part in each update until the group ends. Its session stays open for the next group.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RankOrder } from "../../remote/coordinator/rank-order.js";
import { PeerRank } from "../../remote/process-group/peer-rank.js";
import { trainAsPeerRank } from "../../training-runs/follow-rank.js";
import type { ModelOpener } from "../../models/program-parts.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { version } from "../../session/version.js";

/** Resources for training, available once its input files exist. */
export interface RankContext {
  readonly session: OpenSession;
  readonly stage: ExecutionContext;
  readonly opens: ModelOpener;
}

/**
 * Settles when the process group has ended. `signal`: leave it. Coded errors `rank-refused`, `rank-lost`,
 * `work-otherwise`.
 */
export async function serveRank(
  { gang }: RankOrder,
  plan: Plan,
  bench: () => Promise<RankContext>,
  signal: AbortSignal,
): Promise<void> {
  const spoke = await PeerRank.join({ ...gang, version, recipe: plan.recipeHash });
  const leave = (): void => spoke.close();
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    const { session, stage: context, opens } = await bench();
    const open = await trainAsPeerRank(session, { plan, spoke, opens, place: gang }, context);
    await open.dispose();
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}
