/**
 * Interface between the coordinator of a federated training and its clients: the same for simulated local clients and
 * remote processes. A client sends only its update, counts, and scores that the program names: no text, no label, no
 * path.
 */
import type { RoundStateVectors } from "#stdlib/aggregators/kind.js";

export interface RoundInstruction {
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  /** Everything that is sent: the trainable parameters, concatenated in the order of the checkpoint. */
  readonly weights: Float32Array;
  /** Additional vectors from the aggregator. */
  readonly sent: RoundStateVectors;
}
export interface RoundAnswer {
  readonly rows: number;
  readonly steps: number;
  readonly loss: number;
  /**
   * Weights after training minus weights before, as the server is to see them: clipped and noised if required, not yet
   * masked. Empty for a remote client in a secure sum: the client holds its vector until `mask` takes it.
   */
  readonly delta: Float32Array;
  /** The compressed update for transmission, if there are compressors; otherwise `delta` is sent. */
  readonly packed?: Uint8Array;
  /** Additional vectors that it sends. */
  readonly given: RoundStateVectors;
  /** Tokens trained on, counted at each use. */
  readonly tokens: number;
  readonly bytes: number;
  readonly seconds: number;
  /** ε spent on its rows if each client has its own ledger; otherwise absent. */
  readonly epsilon?: number;
}
/** A client's scores of the weights on its own rows, by metric name. */
export interface ClientEvaluation {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}
export interface Client {
  readonly name: string;
  readonly rows: number;
  train(order: RoundInstruction, signal?: AbortSignal): Promise<RoundAnswer>;
  /** Absent if it has no validation rows, or if it is local and scored with all others. */
  evaluate?(
    order: Pick<RoundInstruction, "round" | "rounds" | "weights">,
    signal?: AbortSignal,
  ): Promise<ClientEvaluation>;
  /** Its part of a secure sum of a round's vectors, message by message; absent for local clients. */
  mask?(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /** Stops work in progress; absent if none of it is in this process. */
  stop?(): Promise<void>;
  /** State from round to round that is saved with the run's checkpoints; absent if the client saves it itself. */
  readonly state?: Readonly<Record<string, Float32Array | Float64Array>>;
  /** Restores that state after a round is aborted in which the client already took part. */
  takeUp?(state: Readonly<Record<string, Float32Array | Float64Array>>): void;
}

/**
 * The terms of a federation, sent to remote clients before their first round. A client never runs a foreign program: it
 * runs its own and compares the terms with it. It refuses any difference and names the path that differs.
 */
export interface OfferedFederationTerms {
  /**
   * Everything that determines what a client computes and sends, without its data: the same plan gives the same value
   * (`federationTermsOf`).
   */
  readonly plan: Readonly<Record<string, unknown>>;
  /** At most the rounds in the client's own program. */
  readonly rounds: number;
  /** Clients of the federation: at least as many as the client's own program says. */
  readonly clients: number;
  readonly done: number;
}
export interface ClientIntroduction {
  readonly name: string;
  readonly rows: number;
  readonly validates: boolean;
  /** The public Ed25519 key of its node, which signs its part of secure sums. */
  readonly key: Uint8Array;
}
/** Remote clients, and their message transport. */
export interface RemoteClients {
  /** In the order of their names. */
  readonly clients: readonly (Client & Pick<ClientIntroduction, "key">)[];
  /** Bytes of messages including heads, sent to and received from clients. */
  readonly sent: number;
  readonly received: number;
  /** `paused`: number of completed rounds if the federation may be resumed later. */
  close(paused?: number): Promise<void>;
}
/**
 * Error codes that end a federation, whichever client they come from; other errors only lose that client for the round.
 */
export const FEDERATION_ENDING_CODES: readonly string[] = ["flower-ended"];
