/**
 * Targets: file formats to which a trained model is written for use in other programs. A target only writes. The runner
 * (kernel/deployments) chooses the runtime that opens the files, and compares its predictions with the notebook's.
 */
import type { NDArray, TensorState } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ActivationQuantization } from "../layers/rounded-activations.js";
import type { AssembleOptions } from "../programs/options.js";
import type { FittedCalibration } from "../calibrations/kind.js";
import type { Message } from "../conversations/kind.js";
import type { ModelImplementation } from "../models/kind.js";

/** The parts from which the model's programs are built (stdlib/programs). */
export type DeployedProgramOptions = Omit<AssembleOptions, "optimizer" | "clip" | "dropout">;

/** A trained model as input of a target. */
export interface ModelToDeploy {
  /** Name in the notebook. */
  readonly name: string;
  readonly parts: DeployedProgramOptions;
  /** The family's word of the vocabulary, and its implementation. */
  readonly family: { readonly word: string; readonly implementation: ModelImplementation };
  /**
   * config.json in transformers' format for the class with the model's head, including label names and problem type.
   */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Origin of the base model where known: the repository on the Hugging Face Hub, and the licence that its card names.
   */
  readonly origin: { readonly hub: string | null; readonly licence: string | null; readonly learnt?: TrainingRunFacts };
  readonly labels: readonly string[];
  /** Roles of the input columns (`text`, `text_pair`, `question`, …). */
  readonly roles: readonly string[];
  /** Whether the programs take token_type_ids to distinguish two texts of a row. */
  readonly tokenTypes: boolean;
  /** Maximum tokens per text; longer ones are truncated. */
  readonly maxLength: number;
  /**
   * Modules that the technique adds and that can't be merged into the base's weights (prompt-tuning, bottleneck
   * adapters). Programs include them, but tensors under transformers' names don't. Null if all states have
   * transformers' names and are in `shapes`.
   */
  readonly around: string | null;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Files of the separately trained weights, in the folder `adapter` of the source; null if all weights trained. */
  readonly adapter: readonly string[] | null;
  /** Whether PEFT can read those files; otherwise they are in Tunebook's own format, which no other program reads. */
  readonly peft: boolean;
  /** Reads the value of a state of a program built from `parts`; f32 unless the state has integers. */
  read(name: string, state?: TensorState): Promise<NDArray>;
  /** Files next to the weights: tokenizer.json, tokenizer_config.json, chat_template.jinja, generation_config.json. */
  readonly files: readonly string[];
  file(name: string): Promise<Uint8Array>;
  /** The chat template; missing if the model reads no conversations or has no known template. */
  readonly chat?: ChatFormatToDeploy;
  /** Returns the token ids of some training texts, for calibration. They are never written to a file. */
  calibration(rows: number): Promise<readonly Int32Array[]>;
  /**
   * Returns example inputs (a text, or two for rows with two) from rows that were not trained on. They contain no
   * personal data, and there are none for a model with private training.
   */
  examples(most: number): Promise<readonly (string | readonly [string, string])[]>;
  /** Calibration fitted after training, if any. */
  readonly fitted?: FittedCalibration;
  /** How the inputs of layers are quantized, if the model uses integers. */
  readonly rounding?: ActivationQuantization;
}

/** Facts about the training run. */
export interface TrainingRunFacts {
  /** Date of its end: `2026-11-29`. */
  readonly day: string;
  /** Number of training rows; null for a private training that does not disclose it. */
  readonly rows: number | null;
  /** Scores of the trained model by metric; empty if it was never scored. */
  readonly scores: readonly (readonly [metric: string, value: number])[];
  /** Describes the rows that were scored. */
  readonly on: string;
}

export interface ChatFormatToDeploy {
  /** Source of the model's own template (Jinja); null if a word of the vocabulary is the template. */
  readonly template: string | null;
  /** The special token or text that ends an answer; empty if there is none. */
  readonly stop: string;
  /** Returns prompts, up to the start of the answer; null for a conversation that the template refuses. */
  write(conversations: readonly (readonly Message[])[]): Promise<readonly (string | null)[]>;
}

/**
 * Output of a target. Paths are relative to the deployment's folder; for targets that write a single file, `main` is
 * that file.
 */
export interface TargetWriter {
  write(path: string, bytes: FileContent): Promise<void>;
  /**
   * Copies files of the model's source unchanged (`ModelToDeploy.files`, `config.json`, of complete models
   * `model.safetensors`). `from`: a folder in the source.
   */
  copy(names: readonly string[], into?: string, from?: string): Promise<void>;
  /**
   * Runs a tool that needs its own library in a separate process: `name` in kernel/deployments/tools. `from` and `to`
   * are paths in the deployment. `from` is a temporary input and is deleted afterwards. Returns the tool's result, if
   * any.
   */
  tool(
    name: string,
    options: { readonly from: string; readonly to: string } & Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
}
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A graph in a file, with its inputs and outputs. */
export interface GraphFile {
  readonly file: string;
  /** Maps the program's input names to the file's. */
  readonly inputs: Readonly<Record<string, GraphPort>>;
  readonly outputs: Readonly<Record<string, GraphPort>>;
  /** Sizes that are fixed in the file, by the program's dimension names; none by default. */
  readonly fixed?: Readonly<Record<string, number>>;
}
export interface GraphPort {
  readonly name: string;
  readonly dtype: "f32" | "f16" | "i32" | "i64" | "bool";
  /** As in the program: each a number, or the name of a dimension. */
  readonly shape: readonly (number | string)[];
  /** Padding value if a text is shorter than a fixed size; 0 by default. */
  readonly pad?: number;
}
/**
 * `forward`: input_ids, attention_mask (and token_type_ids) → logits, or the task's outputs. `decoder`: generates with
 * keys and values as inputs and outputs; `encoder`: that of an encoder-decoder.
 */
export type GraphName = "forward" | "encoder" | "decoder";

/** The result of writing a target. */
export interface DeploymentResult {
  /** The graphs in it, for runtimes that run graphs. */
  readonly graphs?: Readonly<Partial<Record<GraphName, GraphFile>>>;
  /**
   * Maximum difference from the notebook's outputs, relative to the greatest absolute value (at least 1). Null if
   * weights were quantized: agreement and scores are then reported, and `agreement` is the minimum share of labels (or
   * first tokens) that match.
   */
  readonly tolerance: number | null;
  readonly agreement?: number;
  /** Parts of the model that the format can't represent, and what replaces them. */
  readonly left?: readonly { readonly part: string; readonly instead: string }[];
  /** Describes the quantization (`weights int8, activations f32`). */
  readonly rounded?: string;
  /** Whether the output includes the calibration that was fitted to validation. */
  readonly holdsFitted?: true;
}

/**
 * Reason why a target can't represent a model, as the words after a colon; `help`: what to do other than choosing
 * another target.
 */
export type TargetRefusal = string | { readonly why: string; readonly help: string };

export interface TargetImplementation {
  /** Returns null if the target can represent the model. */
  refuses?(call: Call, model: ModelToDeploy): TargetRefusal | null | Promise<TargetRefusal | null>;
  write(call: Call, model: ModelToDeploy, out: TargetWriter): Promise<DeploymentResult>;
  /**
   * Returns code examples to copy, by language; `place` is the path as written in the program. They run unmodified.
   */
  calls(call: Call, model: ModelToDeploy, place: string): readonly CodeExample[];
  /**
   * For a file with fixed sizes: the maximum tokens of a text and its completion together, or of an encoder-decoder's
   * output. Defaults to the model's maximum.
   */
  room?(call: Call, model: ModelToDeploy): number;
  /** Returns the repository to upload to after verification; null or missing for none. */
  pushes?(call: Call): HubPushDestination | null;
}
/** A repository on the Hugging Face Hub, and the environment variable that holds its token. */
export interface HubPushDestination {
  readonly repository: string;
  readonly env: string;
  readonly private: boolean;
}
export interface CodeExample {
  readonly language: "Python" | "JavaScript" | "shell";
  /** Requirements: pip or npm packages, programs. */
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
  interface DeployTargetCapabilities<C extends Call = Call> {
    /** Runtime in kernel/deployments/runtimes that opens the output here; null if none can. */
    readonly runtime: string | null;
    /** The Hub's name for the library that mainly opens it, if the Hub knows it. */
    readonly library?: string;
    /** Other programs that read it, for the reference documentation. */
    readonly readBy: readonly string[];
  }
}
