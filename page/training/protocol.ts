/** What the window and the worker that trains say to each other: requests with one answer each, and what is shown meanwhile. */
import type { GivenFile, Start } from "../world/protocol.js";

/** How a training ended, or was interrupted. */
export interface Outcome {
  /** Null: it was interrupted and can go on. */
  readonly ended: "done" | "early" | null;
  readonly steps: number;
  readonly of: number;
  /** Of all steps, and the middle one of them; of the worker's engine. */
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly memoryBytes: number;
  /** What the program evaluates: scores by their names, and cards as HTML. */
  readonly evaluated: readonly {
    readonly on: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly cards: readonly string[];
  }[];
  readonly losses: readonly number[];
}
export interface Answered {
  readonly html: string;
  /** What the model said of each text. */
  readonly logits: readonly (readonly number[])[];
}
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** Where weights that were given are now. */
export interface Held {
  readonly base: string;
  readonly bytes: number;
  /** Kept for the next time; false: as long as the page is open. */
  readonly kept: boolean;
}
export interface TrainMethods {
  /** `engine`: its binary, deflated. Bases that were kept. */
  readonly start: { params: Start & { readonly engine: string }; result: readonly Held[] };
  readonly files: { params: { readonly all: readonly GivenFile[] }; result: null };
  /** `folder`: of the file; null: it lay in none. */
  readonly weights: { params: { readonly folder: string | null; readonly file: Blob }; result: Held };
  /** Whether the program's base has its weights here. */
  readonly has: {
    params: { readonly code: string; readonly name: string | null };
    result: { readonly base: string | null; readonly held: Held | null };
  };
  readonly train: { params: { readonly code: string; readonly name: string | null }; result: Outcome };
  readonly goOn: { params: null; result: Outcome };
  readonly interrupt: { params: null; result: null };
  readonly predict: { params: { readonly texts: readonly string[] }; result: Answered };
  readonly save: { params: null; result: readonly SavedFile[] };
}
export type TrainMethod = keyof TrainMethods;
export type TrainRequest = {
  [M in TrainMethod]: { readonly id: number; readonly method: M; readonly params: TrainMethods[M]["params"] };
}[TrainMethod];
/** Words of a coded error, or of a defect (`code` null). */
export interface Failure {
  readonly code: string | null;
  readonly message: string;
  readonly help?: string | undefined;
}
export type TrainReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }
  /** Of the training under way: HTML in place of what had that id before. */
  | { readonly show: string; readonly html: string }
  /** What is done before the first step. */
  | { readonly doing: string };
