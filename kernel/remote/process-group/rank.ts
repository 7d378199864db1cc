/** A rank of a gang as its training knows it, be it the hub or another. */
import type { Told } from "./contract.js";
import type { Hub, SeenThere } from "./root-rank.js";
import type { Spoke } from "./peer-rank.js";

export interface Whole extends Told {
  /** The sum of the gradients of all; empty where weights are averaged. */
  readonly sum: Float32Array;
  /** Whether the weights of all are averaged now. */
  readonly averages: boolean;
  /** What others saw; the hub alone is told. */
  readonly seen: readonly SeenThere[];
  /** Milliseconds that it waited for the last one to come. */
  readonly waited: number;
  /** Milliseconds in which others computed and it had nothing to. */
  readonly computed: number;
}
/** One of as many parts of the rows. */
export interface Rows {
  /** From 0. */
  readonly rank: number;
  readonly of: number;
}
/** Where another than the hub stands. `rows` absent: every rank has a part, in the order of the ranks. */
export type Place = Rows & { readonly rows?: Rows };
export interface Rank {
  readonly rank: number;
  readonly of: number;
  /** Which part of every batch is its own; null: none, as of a hub whose ranks are all elsewhere. */
  readonly rows: Rows | null;
  update(step: number, told: Told, gradients: Float32Array | null, seen: readonly SeenThere[]): Promise<Whole>;
  /** The mean of all weights; `counts`: what this rank learnt since the last one. */
  average(step: number, counts: number, weights: Float32Array): Promise<Float32Array>;
}

const none = new Float32Array(0);

/** `averages`: whether weights are averaged after a step. */
export function hubRank(hub: Hub, averages: (step: number) => boolean): Rank {
  return {
    rank: 0,
    of: hub.of,
    rows: hub.learns ? { rank: 0, of: hub.of } : null,
    async update(step, told, gradients) {
      const now = gradients === null && averages(step);
      return { ...(await hub.update(step, told, gradients, now)), sum: gradients ?? none, averages: now };
    },
    async average(step, counts, weights) {
      await hub.average(step, counts, weights);
      return weights;
    },
  };
}

export function spokeRank(spoke: Spoke, { rank, of, rows = { rank, of } }: Place): Rank {
  return {
    rank,
    of,
    rows,
    async update(step, told, gradients, seen) {
      const { loss, norm, counts, averages } = await spoke.update(step, told, gradients, seen);
      return { loss, norm, counts, averages, sum: gradients ? spoke.sum : none, seen: [], waited: 0, computed: 0 };
    },
    average: (step, counts, weights) => spoke.average(step, counts, weights),
  };
}
