/**
 * Contenders: what stands beside a model in `evaluate` and was not trained here, a baseline or a prompted base. A contender
 * makes itself ready (it learns, or opens what it needs) and is then asked of rows; its answers are scored by the very code
 * that scores the model's, so that they say of each row what a model's logits say, in the model's order of labels.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Code, CodeData } from "#dsl/language/diagnostics/codes.js";
import type { PromptedBase } from "./shared/prompting/prompted-base.js";
import type { PredictedRows, RowColumn, TaskImplementation } from "../tasks/kind.js";

/** Rows of a split by role, wherever they lie. */
export interface BaselineRows {
  readonly count: number;
  /** One value per row; undefined: the data have no such role. */
  values(role: string): RowColumn | undefined;
}
/** What a contender is given. */
export interface BaselineContext {
  readonly call: Call;
  /** The task of the model that it stands beside. */
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  /** What the word of that task says of itself. */
  readonly has: TaskCapabilities | undefined;
  /** That model's, in the order of its logits; empty where the task has none. */
  readonly labels: readonly string[];
  /** The split `train` of the data that are scored; null: it reads none (capability `learns`). */
  readonly train: BaselineRows | null;
  /** Rows for choosing settings, and their score; null: the metric does not apply to them. */
  readonly choosing?: BaselineTuning | null;
  /**
   * The rows that are scored. `asked`: as the task reads what is said of them; `texts`: how many texts of a row are read each by
   * itself (`Supervision.rows` is `apart`), else 1.
   */
  readonly rows: BaselineRows & { readonly predictedRows: PredictedRows; readonly texts: number };
  /** Of tasks that write: most tokens of a text, and how they are chosen. */
  readonly writing: { readonly decode: Call; readonly max_tokens: number } | null;
  readonly batchSize: number;
  readonly host: BaselineHost;
  readonly signal?: AbortSignal;
  /** A warning, where the statement stands. */
  warn<C extends Code>(code: C, data: CodeData[C]): void;
  /** Told as work goes on; `label` says which (`texts read`). */
  onProgress?(label: string, done: number, total: number): void;
}
/** Rows for choosing a contender's settings: the split `validation`, or `train` if there is none. */
export interface BaselineTuning {
  readonly from: "validation" | "train";
  readonly rows: BaselineRows;
  /** The first metric of the evaluation: `f1(macro)`. */
  readonly metric: string;
  /** Score of predictions for all rows, in their order; greater is better. NaN: undefined. */
  score(outputs: readonly Float32Array[]): Promise<number>;
}
/** What the kernel does for contenders that need more than rows. */
export interface BaselineHost {
  /** The folder that paths of the call are relative to. */
  readonly folder: string;
  /** A base to ask by prompts, by its name or its folder. Coded errors of bases. `writes`: it also writes on. */
  prompted(base: string, options: { readonly writes: boolean }): Promise<PromptedBase>;
  /** What the base of the model makes of texts before its training. Coded errors of bases. */
  vectors(): Promise<BaseEmbedder>;
}
/** A frozen base that turns texts into vectors. */
export interface BaseEmbedder {
  /** As it is called in the model. */
  readonly name: string;
  /** Of its weights. */
  readonly bytes: number;
  /** One of each text, all of one length. */
  read(texts: readonly string[]): Promise<readonly Float32Array[]>;
}
/** What was said of rows, or written of them. */
export type BaselineOutputs = (
  | {
      /**
       * Of each row its logits, place by place; where texts are read apart, those of all first texts, then of all second ones. Of
       * labels: infinite ones name a label without saying how likely it is, and no numbers (NaN) name none.
       */
      readonly outputs: readonly Float32Array[];
    }
  | { readonly written: readonly string[] }
) & {
  /** Tokens that were read and written for them all; absent: it knows no tokens. */
  readonly tokens?: number;
  /** What the reader must know of these answers: `12 of 400 answers named no label`. */
  readonly notes?: readonly string[];
};
export interface FittedBaseline {
  /** What it says of some of the rows that are scored, by their numbers from 0, in this order. */
  ask(rows: Uint32Array): Promise<BaselineOutputs>;
  /** Seconds that it took to learn; absent: it learnt nothing. */
  readonly learntIn?: number;
  /** Bytes that it holds, of what it is asked with; absent: unknown. */
  readonly bytes?: number;
  /** What it is, beneath the scores: `tf-idf of 12,345 words and pairs of words, logistic regression`. */
  readonly notes?: readonly string[];
  dispose?(): Promise<void>;
}
export interface BaselineImplementation {
  /** Coded errors where it can't be. */
  ready(given: BaselineContext): Promise<FittedBaseline>;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    contender: BaselineImplementation;
  }
}
