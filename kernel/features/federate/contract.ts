/**
 * What is said between who leads a federated training and its clients: the same whether these are rows of one machine or
 * processes of others. What leaves a client is its update, counts, and scores that the program names: no text, no label, no path.
 */
import type { RoundStateVectors } from "#stdlib/aggregators/kind.js";

export interface RoundInstruction {
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  /** All that travels: what trains, one parameter after the other in the order of the checkpoint. */
  readonly weights: Float32Array;
  /** What the aggregator sends beside them. */
  readonly sent: RoundStateVectors;
}
export interface RoundAnswer {
  /** Rows that it learnt from. */
  readonly rows: number;
  readonly steps: number;
  /** The mean of its steps' losses. */
  readonly loss: number;
  /**
   * Weights after less weights before, as the server is to see them: cut and noised where that is asked, not yet masked. Empty
   * where a client elsewhere is summed secretly: it holds its vector until `mask` takes it.
   */
  readonly delta: Float32Array;
  /** The same as it goes over the wire, where compressors make it smaller; absent: it goes as it is. */
  readonly packed?: Uint8Array;
  /** What it sends beside its update. */
  readonly given: RoundStateVectors;
  /** Tokens that it learnt from, each time they were. */
  readonly tokens: number;
  /** What of it goes over the wire, in bytes. */
  readonly bytes: number;
  readonly seconds: number;
  /** ε that its rows have spent, where each client counts its own; absent: it says none. */
  readonly epsilon?: number;
}
/** Scores of weights on a client's own rows, by the names of metrics. */
export interface ClientEvaluation {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}
export interface Client {
  readonly name: string;
  /** Rows that it trains on. */
  readonly rows: number;
  train(order: RoundInstruction, signal?: AbortSignal): Promise<RoundAnswer>;
  /** Absent: it has no rows to validate on, or its rows are at hand and scored with all others'. */
  evaluate?(
    order: Pick<RoundInstruction, "round" | "rounds" | "weights">,
    signal?: AbortSignal,
  ): Promise<ClientEvaluation>;
  /** Its part of a secret sum of the vectors of a round, message by message; absent: its vector is at hand. */
  mask?(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /** Ends what is under way; absent: nothing of it is in this process. */
  stop?(): Promise<void>;
  /** What it keeps from round to round, where it is kept beside the run's checkpoints; absent: it keeps that itself. */
  readonly state?: Readonly<Record<string, Float32Array | Float64Array>>;
  /** Has that again, where a round is given up that it had its part in already. */
  takeUp?(state: Readonly<Record<string, Float32Array | Float64Array>>): void;
}

/**
 * What a federation is, told to clients elsewhere before their first round. A client never runs a stranger's program: it runs its
 * own, and holds what it is told against it. Whatever differs is refused by the path of what does.
 */
export interface Terms {
  /** All that decides what a client computes and sends, without its data: the same plan gives the same value (`federationTermsOf`). */
  readonly plan: Readonly<Record<string, unknown>>;
  /** No more than a client's program says. */
  readonly rounds: number;
  /** Clients of the federation: no fewer than a client's program says. */
  readonly clients: number;
  /** Rounds that are behind it. */
  readonly done: number;
}
/** What a client elsewhere says of itself once it agrees. */
export interface ClientIntroduction {
  readonly name: string;
  readonly rows: number;
  /** Whether it has rows to validate on. */
  readonly validates: boolean;
  /** The public Ed25519 key of its node, by which it signs its part of secret sums. */
  readonly key: Uint8Array;
}
/** Clients elsewhere, and what carries messages to them. */
export interface RemoteClients {
  /** In the order of their names. */
  readonly clients: readonly (Client & Pick<ClientIntroduction, "key">)[];
  /** Bytes of messages with heads, as they were sent to clients and came from them. */
  readonly sent: number;
  readonly received: number;
  /** `paused`: rounds that are behind it where it may go on later. */
  close(paused?: number): Promise<void>;
}
/** Codes of what ends a federation, whoever of its clients is asked: all others are of that client alone, which is lost in that round. */
export const FEDERATION_ENDING_CODES: readonly string[] = ["flower-ended"];
