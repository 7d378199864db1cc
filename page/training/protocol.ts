/** What the window and the worker that trains say to each other: requests with one answer each, and what is shown meanwhile. */
import type { GivenFile, StartParams } from "../world/protocol.js";

/** Where a training may compute; `sooner`: the page tries. */
export type Device = "wasm" | "webgpu";
export type DeviceChoice = "sooner" | Device;
/** Of tfjs, deflated; `threaded`: what serves where memory may be shared. */
export interface WasmBinaries {
  readonly simd: string;
  readonly threaded: string;
}

/** How a training ended, or was interrupted. */
export interface TrainingResult {
  /** Null: it was interrupted and can go on. */
  readonly ended: "done" | "early" | null;
  readonly steps: number;
  readonly of: number;
  /** Of all steps, and the middle one of them; of the worker's engine. */
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly memoryBytes: number;
  /** The engine, as it calls itself; why that one, null: it was asked for. */
  readonly on: string;
  readonly why: string | null;
  readonly saves: "adapter" | "model";
  /** What the program evaluates: scores by their names, and cards as HTML. */
  readonly evaluated: readonly {
    readonly on: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly cards: readonly string[];
  }[];
  readonly losses: readonly number[];
}
export interface AnswerResult {
  readonly html: string;
  /** What the model said of each text. */
  readonly logits: readonly (readonly number[])[];
}
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** Where weights that were given are now. */
export interface GivenWeights {
  readonly base: string;
  readonly bytes: number;
  /** Kept for the next time; false: as long as the page is open. */
  readonly kept: boolean;
  /** Why they are not kept; null: they are, or no training was opened with them yet. */
  readonly why: string | null;
}
/** What a training is begun from. */
export interface TrainingProgram {
  readonly code: string;
  readonly name: string;
  /** Hash of the plan that it comes to. */
  readonly plan: string;
}
/** A training that an earlier page left as it stood. */
export interface LeftTraining extends TrainingProgram {
  readonly id: string;
  readonly step: number;
  readonly of: number;
  /** Null: steps are left. */
  readonly ended: "done" | "early" | null;
  /** When it stood there, as ISO 8601 has it. */
  readonly at: string;
}
/** Whether a training is kept as it stands, for a page that is left. */
export type KeepStatus = { readonly step: number } | { readonly why: string };
export interface TrainMethods {
  /** `engine`: its binaries. Files of bases that are kept, and what an earlier page left of a training; null: nothing. */
  readonly start: {
    params: StartParams & { readonly engine: WasmBinaries };
    result: { readonly files: readonly GivenFile[]; readonly left: LeftTraining | null };
  };
  /** Lets a kept base go. */
  readonly forget: { params: { readonly base: string }; result: null };
  /** Bytes of bases and trainings that the browser keeps for this page; lets them all go. */
  readonly stored: { params: null; result: number };
  readonly forgetAll: { params: null; result: null };
  /** The files of what was left; null: they are gone. */
  readonly filesLeft: { params: { readonly id: string }; result: readonly GivenFile[] | null };
  /** Goes on from there. */
  readonly takeUp: { params: { readonly left: LeftTraining; readonly where: DeviceChoice }; result: TrainingResult };
  readonly forgetLeft: { params: { readonly id: string }; result: null };
  readonly files: { params: { readonly all: readonly GivenFile[] }; result: null };
  /** `path`: with the folder that it lay in, if it lay in one. */
  readonly weights: { params: { readonly path: string; readonly file: Blob }; result: GivenWeights };
  /** Whether the program's base has its weights here; `wrong`: why they are none of it; `published`: its name on the hub. */
  readonly has: {
    params: { readonly code: string; readonly name: string | null };
    result: {
      readonly base: string | null;
      readonly held: GivenWeights | null;
      readonly wrong: Failure | null;
      readonly published: string | null;
    };
  };
  readonly train: {
    params: { readonly code: string; readonly name: string | null; readonly where: DeviceChoice };
    result: TrainingResult;
  };
  readonly goOn: { params: null; result: TrainingResult };
  readonly interrupt: { params: null; result: null };
  readonly predict: { params: { readonly texts: readonly string[] }; result: AnswerResult };
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
  | { readonly kept: KeepStatus }
  | { readonly show: string; readonly html: string }
  /** The training before is closed: what is shown of it holds no longer. */
  | { readonly cleared: true }
  /** What is done before the first step. */
  | { readonly doing: string };
