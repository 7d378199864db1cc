/**
 * Baselines that `evaluate` compares with a model: a simple baseline or a prompted base. A baseline first becomes ready
 * (it is fitted, or opens what it needs), then predicts rows. The code that scores the model's predictions scores its
 * predictions too, so they have the form of the model's logits, in the model's order of labels.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Code, CodeData } from "#dsl/language/diagnostics/codes.js";
import type { PromptedBase } from "./shared/prompting/prompted-base.js";
import type { PredictedRows, RowColumn, TaskImplementation } from "../tasks/kind.js";

/** Rows of a split by role, wherever they are stored. */
export interface BaselineRows {
  readonly count: number;
  /** Returns one value per row; undefined if the data does not have the role. */
  values(role: string): RowColumn | undefined;
}
export interface BaselineContext {
  readonly call: Call;
  /** The task of the model that the baseline is compared with. */
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  readonly has: TaskCapabilities | undefined;
  /** Labels of the model, in the order of its logits; empty if the task has none. */
  readonly labels: readonly string[];
  /** The split `train` of the evaluated data; null if the baseline does not read it (capability `learns`). */
  readonly train: BaselineRows | null;
  /** Rows for choosing settings, with their score; null if the metric does not apply to the baseline. */
  readonly choosing?: BaselineTuning | null;
  /**
   * The scored rows. `predictedRows`: the rows in the form in which the task reads predictions. `texts`: the number of
   * texts per row that are encoded separately (pair encoding), else 1.
   */
  readonly rows: BaselineRows & { readonly predictedRows: PredictedRows; readonly texts: number };
  /** For generation tasks: the maximum number of tokens per text, and the decoder. */
  readonly writing: { readonly decode: Call; readonly max_tokens: number } | null;
  readonly batchSize: number;
  readonly host: BaselineKernelServices;
  readonly signal?: AbortSignal;
  /** Reports a warning at the position of the statement. */
  warn<C extends Code>(code: C, data: CodeData[C]): void;
  /** Reports progress; `label` names the activity (`texts read`). */
  onProgress?(label: string, done: number, total: number): void;
}
/** Rows for choosing a baseline's settings: the split `validation`, or `train` if there is none. */
export interface BaselineTuning {
  readonly from: "validation" | "train";
  readonly rows: BaselineRows;
  /** The first metric of the evaluation: `f1(macro)`. */
  readonly metric: string;
  /** Scores predictions for all rows, in their order; greater is better. NaN if undefined. */
  score(outputs: readonly Float32Array[]): Promise<number>;
}
/** Kernel services for baselines that need more than rows. */
export interface BaselineKernelServices {
  /** The folder that paths in the call are relative to. */
  readonly folder: string;
  /**
   * Opens a base for prompting, by its name or its folder. `writes`: the base must also generate text. Throws the coded
   * errors of bases.
   */
  prompted(base: string, options: { readonly writes: boolean }): Promise<PromptedBase>;
  /** Opens the model's base, as it was before training, to embed texts. Throws the coded errors of bases. */
  vectors(): Promise<BaseEmbedder>;
}
/** A frozen base that embeds texts. */
export interface BaseEmbedder {
  /** The base's name as written in the model. */
  readonly name: string;
  /** Bytes of its weights. */
  readonly bytes: number;
  /** Returns one vector per text, all of the same length. */
  read(texts: readonly string[]): Promise<readonly Float32Array[]>;
}
/** Predictions or generated texts per row. */
export type BaselineOutputs = (
  | {
      /**
       * Logits per row. With separately encoded texts, the outputs of all first texts come before those of all second
       * ones. For labels, an infinite logit names a label without a probability, and NaN logits name none.
       */
      readonly outputs: readonly Float32Array[];
    }
  | { readonly written: readonly string[] }
) & {
  /** Tokens read and generated for all rows; undefined for baselines without tokens. */
  readonly tokens?: number;
  /** Notes for the reader about these answers: `12 of 400 answers named no label`. */
  readonly notes?: readonly string[];
};
export interface FittedBaseline {
  /** Predicts some of the scored rows, given by their indices from 0, in this order. */
  ask(rows: Uint32Array): Promise<BaselineOutputs>;
  /** Seconds of fitting; undefined if nothing was fitted. */
  readonly learntIn?: number;
  /** Bytes of memory needed for predicting; undefined if unknown. */
  readonly bytes?: number;
  /** Description shown below the scores: `tf-idf of 12,345 words and pairs of words, logistic regression`. */
  readonly notes?: readonly string[];
  dispose?(): Promise<void>;
}
export interface BaselineImplementation {
  /** Fits or opens the baseline. Throws coded errors if it cannot. */
  ready(given: BaselineContext): Promise<FittedBaseline>;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    contender: BaselineImplementation;
  }
}
