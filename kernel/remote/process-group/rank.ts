/** A rank of a process group as seen by its training, whether coordinator or peer. */
import type { UpdateMetrics } from "./contract.js";
import type { RootRank, RankRowLogits } from "./root-rank.js";
import type { PeerRank } from "./peer-rank.js";

export interface AllRanksUpdate extends UpdateMetrics {
  /** Sum of the gradients of all ranks; empty if weights are averaged. */
  readonly sum: Float32Array;
  readonly averages: boolean;
  /** Logits of other ranks' rows; only the coordinator receives them. */
  readonly seen: readonly RankRowLogits[];
  /** Time in ms that it waited for the last rank. */
  readonly waited: number;
  /** Time in ms in which others computed and this rank had no work. */
  readonly computed: number;
}
/** One of `of` equal shares of the rows. */
export interface RowShare {
  /** From 0. */
  readonly rank: number;
  readonly of: number;
}
/** Place of a peer rank. By default every rank has a share of the rows, in rank order. */
export type RankRowShare = RowShare & { readonly rows?: RowShare };
export interface Rank {
  readonly rank: number;
  readonly of: number;
  /** Its share of every batch; null for a coordinator that computes nothing because all workers are remote. */
  readonly rows: RowShare | null;
  update(
    step: number,
    metrics: UpdateMetrics,
    gradients: Float32Array | null,
    seen: readonly RankRowLogits[],
  ): Promise<AllRanksUpdate>;
  /** Returns the mean of all weights; `counts`: items that this rank has trained on since the last average. */
  average(step: number, counts: number, weights: Float32Array): Promise<Float32Array>;
}

const none = new Float32Array(0);

/** `averages`: whether weights are averaged after a step. */
export function rootRankAdapter(hub: RootRank, averages: (step: number) => boolean): Rank {
  return {
    rank: 0,
    of: hub.of,
    rows: hub.learns ? { rank: 0, of: hub.of } : null,
    async update(step, metrics, gradients) {
      const now = gradients === null && averages(step);
      return { ...(await hub.update(step, metrics, gradients, now)), sum: gradients ?? none, averages: now };
    },
    async average(step, counts, weights) {
      await hub.average(step, counts, weights);
      return weights;
    },
  };
}

export function peerRankAdapter(
  spoke: PeerRank,
  { rank, of: rankCount, rows = { rank, of: rankCount } }: RankRowShare,
): Rank {
  return {
    rank,
    of: rankCount,
    rows,
    async update(step, metrics, gradients, seen) {
      const { loss, norm, counts, averages } = await spoke.update(step, metrics, gradients, seen);
      return { loss, norm, counts, averages, sum: gradients ? spoke.sum : none, seen: [], waited: 0, computed: 0 };
    },
    average: (step, counts, weights) => spoke.average(step, counts, weights),
  };
}
