/**
 * The events of a run: `runs/<id>/events.jsonl`, live curves, trackers and tests all read this stream. Steps count from
 * 1; `loss` is the mean over the batch before the update; NaN and infinities are written as strings.
 */
import type { RunWriter } from "./writer.js";

export type RunEvent = { readonly at: string; readonly run: string } & (
  | {
      readonly kind: "started";
      readonly recipe: string;
      readonly plan: string;
      readonly engine: string;
      readonly steps: number;
      readonly process?: RunWriter;
      readonly resumedFrom?: number;
    }
  | { readonly kind: "damaged"; readonly file: string; readonly why: string }
  | { readonly kind: "allowed"; readonly code: string; readonly reason: string; readonly of: string }
  | {
      readonly kind: "step";
      readonly step: number;
      readonly epoch: number;
      readonly tokens: number;
      readonly loss: number;
      readonly rate: number;
      readonly norm: number;
      readonly seconds: number;
      /**
       * In a private training: ε spent so far, at the plan's δ. The loss next to it is that of the rows, without noise.
       */
      readonly epsilon?: number;
      /**
       * For a step shared by several ranks, in seconds of the step: communication, and waiting for the slowest rank.
       */
      readonly communicated?: number;
      readonly waited?: number;
    }
  | {
      readonly kind: "evaluated";
      readonly step: number;
      readonly split: string;
      readonly metrics: Readonly<Record<string, number>>;
      /** In a federation: metrics on the rows of each client that has some, by client name. */
      readonly clients?: Readonly<Record<string, Readonly<Record<string, number>>>>;
      /**
       * The same metrics with each client's personal parameters; `metrics` over all rows then use these too. Absent if
       * clients have none.
       */
      readonly personal?: Readonly<Record<string, Readonly<Record<string, number>>>>;
      /** For remote clients: bytes sent to them, and received, for this validation. */
      readonly sent?: number;
      readonly received?: number;
    }
  | ({ readonly kind: "round"; readonly step: number } & FederationRoundReport)
  | {
      readonly kind: "checkpoint";
      readonly step: number;
      readonly folder: string;
      readonly best: boolean;
      readonly by?: string;
    }
  | { readonly kind: "stopping"; readonly step: number }
  | {
      readonly kind: "stopped";
      readonly step: number;
      readonly reason: "done" | "early" | "interrupted" | "failed";
      readonly seconds: number;
      readonly shared?: DistributedTrainingUsage;
    }
);
export interface FederationRoundReport {
  readonly clients: readonly ClientRoundReport[];
  /** Clients that were requested but did not respond. */
  readonly lost: readonly string[];
  /**
   * Why the first remote one was lost: a code and its message. Absent if the loss was simulated or has no known reason.
   */
  readonly why?: string;
  /** Bytes sent and received by the server, of all clients together. For remote clients: since the previous round. */
  readonly sent: number;
  readonly received: number;
}
export interface ClientRoundReport {
  readonly name: string;
  readonly rows: number;
  readonly loss: number;
  /** Norm of its update, and the cosine between it and the aggregate; absent if the server only sees the sum. */
  readonly norm?: number;
  readonly cosine?: number;
}
/** Resources that the workers of a shared training used until it ended, including process groups that were lost. */
export interface DistributedTrainingUsage {
  readonly workers: number;
  /** Shares of the step time since start or resumption: communication, and waiting for the slowest rank. */
  readonly communication: number;
  readonly waiting: number;
  /** Of all workers together, in CPU or GPU hours, from the first step on. */
  readonly cpuHours?: number;
  readonly gpuHours?: number;
  /** In the currency of the runner's price. */
  readonly cost?: number;
}
type WithoutStamp<T> = T extends unknown ? Omit<T, "at" | "run"> : never;
/** An event without its time and run. */
export type UnstampedRunEvent = WithoutStamp<RunEvent>;
