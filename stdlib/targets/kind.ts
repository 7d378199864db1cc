/**
 * Targets: what a trained model is written as for use elsewhere. A target writes; which runtime then opens what was written,
 * and how its answers are compared with the notebook's, is the runner's affair (kernel/deployments).
 */
import type { NDArray, TensorState } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ActivationQuantization } from "../layers/rounded-activations.js";
import type { AssembleOptions } from "../programs/options.js";
import type { FittedCalibration } from "../calibrations/kind.js";
import type { Message } from "../conversations/kind.js";
import type { ModelImplementation } from "../models/kind.js";

/** What its programs are built from (stdlib/programs). */
export type DeployedParts = Omit<AssembleOptions, "optimizer" | "clip" | "dropout">;

/** A trained model as a target gets it. */
export interface DeployedModel {
  /** As the notebook calls it. */
  readonly name: string;
  readonly parts: DeployedParts;
  /** The word of its family, and what that is when it runs. */
  readonly family: { readonly word: string; readonly implementation: ModelImplementation };
  /** config.json as transformers writes it for the class with its head: label names and kind of problem included. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What it began from, where that is known: a model of the hub, the licence that its card names. */
  readonly origin: { readonly hub: string | null; readonly licence: string | null; readonly learnt?: TrainingOrigin };
  readonly labels: readonly string[];
  /** Roles of the rows that it reads (`text`, `text_pair`, `question`, …). */
  readonly roles: readonly string[];
  /** Whether two texts in one row are told apart: its programs take token_type_ids. */
  readonly tokenTypes: boolean;
  /** Tokens that texts are cut to. */
  readonly maxLength: number;
  /**
   * What its technique leaves around the layers, where that can't go into the base's own weights (prompt-tuning, bottleneck
   * adapters): programs have it, tables of tensors as transformers names them don't. Null: states bear transformers' names,
   * and `shapes` has them all.
   */
  readonly around: string | null;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Files of what trained alone, in the folder `adapter` of its source; null: all weights trained. */
  readonly adapter: readonly string[] | null;
  /** Whether PEFT reads those files; else they are of Tunebook's own format, which nothing else reads. */
  readonly peft: boolean;
  /** The value of a state of a program that was built of `parts`, f32 unless the state is of whole numbers. */
  read(name: string, state?: TensorState): Promise<NDArray>;
  /** Files that lie beside the weights: tokenizer.json, tokenizer_config.json, chat_template.jinja, generation_config.json. */
  readonly files: readonly string[];
  file(name: string): Promise<Uint8Array>;
  /** How conversations are written for it; absent: it reads none, or nothing says how. */
  readonly chat?: DeployedChat;
  /** Token ids of some texts that the model was trained on, for calibration; none of them is ever written. */
  calibration(rows: number): Promise<readonly Int32Array[]>;
  /**
   * Texts (or two, of rows that have two) of rows that it did not learn from, for whoever tries it: none with personal data in it,
   * and none at all of a private training.
   */
  examples(most: number): Promise<readonly (string | readonly [string, string])[]>;
  /** What was fitted once it was trained; absent: nothing. */
  readonly fitted?: FittedCalibration;
  /** How it rounds what goes into its layers, where it was made of whole numbers; absent: not at all. */
  readonly rounding?: ActivationQuantization;
}

/** What the run that made it tells. */
export interface TrainingOrigin {
  /** `2026-11-29`: when it ended. */
  readonly day: string;
  /** That it learnt from; null: of a private training that is not told. */
  readonly rows: number | null;
  /** Of the trained model, by metric; empty: it was never scored. */
  readonly scores: readonly (readonly [metric: string, value: number])[];
  /** Which rows were scored, in words. */
  readonly on: string;
}

export interface DeployedChat {
  /** Source of the template (Jinja) that it brings; null: a word of the vocabulary writes them. */
  readonly template: string | null;
  /** The special token, or the text, that ends an answer; empty: none does. */
  readonly stop: string;
  /** Texts that the answers are written on to; null: the template refuses that conversation. */
  write(conversations: readonly (readonly Message[])[]): Promise<readonly (string | null)[]>;
}

/** Where files go. Paths are relative to the deployment's folder; of targets that are one file, `main` is that file. */
export interface TargetOutput {
  write(path: string, bytes: FileContent): Promise<void>;
  /** Files of the model's source as they are (`DeployedModel.files`, `config.json`, of whole models `model.safetensors`). `from`: a folder of it. */
  copy(names: readonly string[], into?: string, from?: string): Promise<void>;
  /**
   * Work that needs a library of its own, in a process of its own: `name` of kernel/deployments/tools. `from` and `to`:
   * paths of the deployment. What lies at `from` was written for it alone: it is gone afterwards. What the tool found out, if
   * anything.
   */
  tool(
    name: string,
    options: { readonly from: string; readonly to: string } & Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
}
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A graph in a file: how a runtime feeds it and what it gives. */
export interface GraphFile {
  readonly file: string;
  /** The program's name of an input → the file's. */
  readonly inputs: Readonly<Record<string, GraphPort>>;
  readonly outputs: Readonly<Record<string, GraphPort>>;
  /** Sizes that are fixed in the file, by the names that dimensions have in the program; absent: none is. */
  readonly fixed?: Readonly<Record<string, number>>;
}
export interface GraphPort {
  readonly name: string;
  readonly dtype: "f32" | "f16" | "i32" | "i64" | "bool";
  /** As in the program: a number, or the name of a size. */
  readonly shape: readonly (number | string)[];
  /** What fills it where a text is shorter than a fixed size; absent: 0. */
  readonly pad?: number;
}
/**
 * `forward`: input_ids, attention_mask (and token_type_ids) → logits, or what the task names.
 * `decoder`: writes over keys and values that go in and come out; `encoder`: of an encoder-decoder.
 */
export type GraphName = "forward" | "encoder" | "decoder";

/** What a target wrote. */
export interface DeploymentResult {
  /** The graphs in it, where its runtime runs graphs. */
  readonly graphs?: Readonly<Partial<Record<GraphName, GraphFile>>>;
  /**
   * How near its numbers must be to the notebook's: greatest difference, relative to the greatest number (1 at least); null:
   * weights were rounded, so that agreement and scores are told instead, and `agreement` is what of the labels (or first
   * tokens) must agree at least.
   */
  readonly tolerance: number | null;
  readonly agreement?: number;
  /** What of the model the format can't hold, and what serves instead. */
  readonly left?: readonly { readonly part: string; readonly instead: string }[];
  /** Where it was rounded, in a few words (`weights int8, activations f32`). */
  readonly rounded?: string;
  /** What was fitted to validation is in it. */
  readonly holdsFitted?: true;
}

/** Why a target can't hold a model, in words after a colon; `help`: what to do but choose another target. */
export type TargetRefusal = string | { readonly why: string; readonly help: string };

export interface TargetImplementation {
  /** Null: it can hold this model. */
  refuses?(call: Call, model: DeployedModel): TargetRefusal | null | Promise<TargetRefusal | null>;
  write(call: Call, model: DeployedModel, out: TargetOutput): Promise<DeploymentResult>;
  /** Calls that a reader copies, by language; `at` is the path as it was written in the program. They run as they stand. */
  calls(call: Call, model: DeployedModel, place: string): readonly CodeExample[];
  /**
   * Of a file with fixed sizes: the tokens of a text and what is written after it together, or of an encoder-decoder's answer;
   * absent: as many as the model has.
   */
  room?(call: Call, model: DeployedModel): number;
  /** Where it goes once it is proved; null, or absent: nowhere. */
  pushes?(call: Call): HubPush | null;
}
/** A repository of the hub, and the environment variable that holds its token. */
export interface HubPush {
  readonly repository: string;
  readonly env: string;
  readonly private: boolean;
}
export interface CodeExample {
  readonly language: "Python" | "JavaScript" | "shell";
  /** What it needs: packages of pip or npm, programs. */
  readonly needs: readonly string[];
  readonly code: string;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    target: TargetImplementation;
  }
}
declare module "#dsl/language/types/capabilities/running.js" {
  // oxlint-disable-next-line no-unused-vars -- what is merged takes the call
  interface TargetCapabilities<C extends Call = Call> {
    /** Of kernel/deployments/runtimes: what opens it here. Null: nothing here can. */
    readonly runtime: string | null;
    /** As the hub calls the library that opens it first; absent: none of those that it knows. */
    readonly library?: string;
    /** Others that read it, for the reference. */
    readonly readBy: readonly string[];
  }
}
