/**
 * What is said between who leads a federated training and its clients: the same whether these are rows of one machine or
 * processes of others. What leaves a client is its update, counts, and scores that the program names: no text, no label, no path.
 */
import type { Kept } from "#stdlib/kinds/aggregator.js";

export interface RoundOrder {
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  /** All that travels: what trains, one parameter after the other in the order of the checkpoint. */
  readonly weights: Float32Array;
  /** What the aggregator sends beside them. */
  readonly sent: Kept;
}
export interface RoundAnswer {
  /** Rows that it learnt from. */
  readonly rows: number;
  readonly steps: number;
  /** The mean of its steps' losses. */
  readonly loss: number;
  /** Weights after less weights before, as the server is to see them: cut and noised where that is asked, not yet masked. */
  readonly delta: Float32Array;
  /** What it sends beside its update. */
  readonly given: Kept;
  /** Tokens that it learnt from, each time they were. */
  readonly tokens: number;
  /** What of it goes over the wire, in bytes. */
  readonly bytes: number;
  readonly seconds: number;
}
export interface Client {
  readonly name: string;
  /** Rows that it trains on. */
  readonly rows: number;
  train(order: RoundOrder, signal?: AbortSignal): Promise<RoundAnswer>;
}
