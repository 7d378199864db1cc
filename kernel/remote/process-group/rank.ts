/** A rank of a gang as its training knows it, be it the hub or another. */
import type { UpdateMetrics } from "./contract.js";
import type { RootRank, RankRowLogits } from "./root-rank.js";
import type { PeerRank } from "./peer-rank.js";

export interface GroupUpdate extends UpdateMetrics {
  /** The sum of the gradients of all; empty where weights are averaged. */
  readonly sum: Float32Array;
  /** Whether the weights of all are averaged now. */
  readonly averages: boolean;
  /** What others saw; the hub alone is told. */
  readonly seen: readonly RankRowLogits[];
  /** Milliseconds that it waited for the last one to come. */
  readonly waited: number;
  /** Milliseconds in which others computed and it had nothing to. */
  readonly computed: number;
}
/** One of as many parts of the rows. */
export interface RowShare {
  /** From 0. */
  readonly rank: number;
  readonly of: number;
}
/** Where another than the hub stands. `rows` absent: every rank has a part, in the order of the ranks. */
export type RankPlace = RowShare & { readonly rows?: RowShare };
export interface Rank {
  readonly rank: number;
  readonly of: number;
  /** Which part of every batch is its own; null: none, as of a hub whose ranks are all elsewhere. */
  readonly rows: RowShare | null;
  update(
    step: number,
    metrics: UpdateMetrics,
    gradients: Float32Array | null,
    seen: readonly RankRowLogits[],
  ): Promise<GroupUpdate>;
  /** The mean of all weights; `counts`: what this rank learnt since the last one. */
  average(step: number, counts: number, weights: Float32Array): Promise<Float32Array>;
}

const none = new Float32Array(0);

/** `averages`: whether weights are averaged after a step. */
export function rankOfRoot(hub: RootRank, averages: (step: number) => boolean): Rank {
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

export function rankOfPeer(spoke: PeerRank, { rank, of: rankCount, rows = { rank, of: rankCount } }: RankPlace): Rank {
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
