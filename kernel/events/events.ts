/**
 * What happens in a run is a stream of events: `runs/<id>/events.jsonl`, live curves, trackers and tests all read it.
 * Steps count from 1; `loss` is the mean over the batch before the update; NaN and infinities are written as strings.
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
      /** Of a private training: ε that is spent with it, at the plan's δ. The loss beside it is of the rows themselves, without noise. */
      readonly epsilon?: number;
      /** Of a step that several ranks shared, of its seconds: what sending and summing took, and waiting for the last of them. */
      readonly communicated?: number;
      readonly waited?: number;
    }
  | {
      readonly kind: "evaluated";
      readonly step: number;
      readonly split: string;
      readonly metrics: Readonly<Record<string, number>>;
      /** Of a federation: on the rows of each client that has some, by its name. */
      readonly clients?: Readonly<Record<string, Readonly<Record<string, number>>>>;
      /** The same with what each client keeps for itself, by which `metrics` are of all rows; absent: they keep nothing. */
      readonly personal?: Readonly<Record<string, Readonly<Record<string, number>>>>;
      /** Of clients elsewhere: bytes of this validation that went to them, and came back. */
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
      /** Of a training that several workers share. */
      readonly shared?: SharedTrainingUsage;
    }
);
/** A round of a federation. */
export interface FederationRoundReport {
  readonly clients: readonly ClientRoundReport[];
  /** Clients that were asked and didn't answer. */
  readonly lost: readonly string[];
  /** Why the first of those elsewhere is lost: a code and what it says. Absent: they were drawn to be, or nobody said. */
  readonly why?: string;
  /** Bytes that the server sent, and that came back, of all clients together. Of clients elsewhere: since the round before. */
  readonly sent: number;
  readonly received: number;
}
export interface ClientRoundReport {
  readonly name: string;
  readonly rows: number;
  readonly loss: number;
  /** Norm of its update, and the cosine between it and what all come to; absent: the server sees their sum alone. */
  readonly norm?: number;
  readonly cosine?: number;
}
/** What workers that share a training took until it ended, with gangs of it that were lost before. */
export interface SharedTrainingUsage {
  readonly workers: number;
  /** Shares of the time of its steps, since it began or went on: telling each other, and waiting for the last of them. */
  readonly communication: number;
  readonly waiting: number;
  /** Of all workers together, by processors or by graphics cards, from the first step on. */
  readonly cpuHours?: number;
  readonly gpuHours?: number;
  /** In the money of the runner's price. */
  readonly cost?: number;
}
type WithoutStamp<T> = T extends unknown ? Omit<T, "at" | "run"> : never;
/** What happens, before it is noted when and in which run. */
export type UnstampedRunEvent = WithoutStamp<RunEvent>;
