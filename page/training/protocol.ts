/** Messages between the window and the training worker: requests with one answer each, and output shown meanwhile. */
import type { GivenFile, StartParams } from "../world/protocol.js";

/** Where a training may compute; `sooner`: the page chooses by a trial. */
export type Device = "wasm" | "webgpu";
export type DeviceChoice = "sooner" | Device;
/** tfjs's binaries, deflated; `threaded` is the one for shared memory. */
export interface WasmBinaries {
  readonly simd: string;
  readonly threaded: string;
}

/** The result of a training that has ended or was interrupted. */
export interface TrainingResult {
  /** Null if it was interrupted and can continue. */
  readonly ended: "done" | "early" | null;
  readonly steps: number;
  readonly of: number;
  /** Seconds of all steps; `stepSeconds`: their median. Both on the worker's engine. */
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly memoryBytes: number;
  /** Title of the engine; `why`: why it was chosen, null if the user chose it. */
  readonly on: string;
  readonly why: string | null;
  readonly saves: "adapter" | "model";
  /** The program's evaluations: scores by name, and cards as HTML. */
  readonly evaluated: readonly {
    readonly on: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly cards: readonly string[];
  }[];
  readonly losses: readonly number[];
}
export interface PredictTextsResult {
  readonly html: string;
  /** The model's logits for each text. */
  readonly logits: readonly (readonly number[])[];
}
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** Where given weights are stored. */
export interface GivenWeightsStatus {
  readonly base: string;
  readonly bytes: number;
  /** Whether they are stored for the next time; otherwise they last while the page is open. */
  readonly kept: boolean;
  /** Why they are not stored; null if they are, or if no training has used them yet. */
  readonly why: string | null;
}
/** The program that a training starts from. */
export interface TrainingProgram {
  readonly code: string;
  readonly name: string;
  /** Hash of its plan. */
  readonly plan: string;
}
/** A training that an earlier page left unfinished or finished. */
export interface StoredTraining extends TrainingProgram {
  readonly id: string;
  readonly step: number;
  readonly of: number;
  /** Null if steps are left. */
  readonly ended: "done" | "early" | null;
  /** Time of the stored state, ISO 8601. */
  readonly at: string;
}
/** The step of the stored state, or why the training is not stored for later. */
export type TrainingStorageStatus = { readonly step: number } | { readonly why: string };
export interface TrainMethods {
  /**
   * `engine`: its binaries. The result contains files of stored bases, and the training left by an earlier page (null
   * if there is none).
   */
  readonly start: {
    params: StartParams & { readonly engine: WasmBinaries };
    result: { readonly files: readonly GivenFile[]; readonly left: StoredTraining | null };
  };
  /** Deletes a stored base. */
  readonly forget: { params: { readonly base: string }; result: null };
  /**
   * `stored`: bytes of the bases and trainings that the browser stores for this page. `forgetAll`: deletes them all.
   */
  readonly stored: { params: null; result: number };
  readonly forgetAll: { params: null; result: null };
  /** Returns the files of a left training; null if they are gone. */
  readonly filesLeft: { params: { readonly id: string }; result: readonly GivenFile[] | null };
  /** Continues a left training. */
  readonly takeUp: { params: { readonly left: StoredTraining; readonly where: DeviceChoice }; result: TrainingResult };
  readonly forgetLeft: { params: { readonly id: string }; result: null };
  readonly files: { params: { readonly all: readonly GivenFile[] }; result: null };
  /** `path`: includes its folder, if it has one. */
  readonly weights: { params: { readonly path: string; readonly file: Blob }; result: GivenWeightsStatus };
  /**
   * Reports whether the program's base has its weights on the page; `wrong`: why they do not fit; `published`: its name
   * on the hub.
   */
  readonly has: {
    params: { readonly code: string; readonly name: string | null };
    result: {
      readonly base: string | null;
      readonly held: GivenWeightsStatus | null;
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
  readonly predict: { params: { readonly texts: readonly string[] }; result: PredictTextsResult };
  readonly save: { params: null; result: readonly SavedFile[] };
}
export type TrainMethod = keyof TrainMethods;
export type TrainRequest = {
  [M in TrainMethod]: { readonly id: number; readonly method: M; readonly params: TrainMethods[M]["params"] };
}[TrainMethod];
/** Message of a coded error, or of a defect (`code` null). */
export interface Failure {
  readonly code: string | null;
  readonly message: string;
  readonly help?: string | undefined;
}
export type TrainReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }
  /** Output of the present training: HTML that replaces what has the same id. */
  | { readonly kept: TrainingStorageStatus }
  | { readonly show: string; readonly html: string }
  /** The previous training was closed, so its output is outdated. */
  | { readonly cleared: true }
  /** What is being done before the first step. */
  | { readonly doing: string };
