/** A task: the targets of its rows, its head, and the meaning of its logits. */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { NDArray, Type } from "#dsl/tensor/program.js";
import type { BootstrapScorer } from "../statistics/bootstrap.js";
import type { RowFormat } from "../row-formats/row-format.js";
import type { FittedCalibration } from "../calibrations/kind.js";
import type {
  LabelSetMetricInput,
  MetricImplementation,
  LabelMetricInput,
  NumberMetricInput,
  ConstantPrediction,
  PairMetricInput,
  RankingMetricInput,
} from "../metrics/kind.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { OutputLossTerm } from "../losses/loss-term.js";
import type { ModelOutputs } from "../models/kind.js";

/**
 * One value per row, in memory or read on demand. Iterating over all of them is cheaper than reading each by index.
 */
export interface RowColumn extends Iterable<unknown> {
  readonly length: number;
  /** Returns the value of a row, from 0. */
  at(row: number): unknown;
}
/** Values of a set of rows and their tokens, as input of a task. */
export interface SupervisionRows {
  readonly count: number;
  /** Returns undefined if the data has no such role. */
  values(role: string): RowColumn | undefined;
  /** Row names in errors: their numbers in the source, and the split if it has a separate source. */
  readonly names: ArrayLike<RowIdentifier>;
  /** Returns the tokens as fed to the model. */
  ids(row: number): Int32Array;
  /**
   * For rows of words (format `token_labels`): position of each word's first subword among the row's tokens, and the
   * number of truncated words.
   */
  words?(row: number): { readonly starts: Int32Array; readonly cut: number };
  /**
   * For windows over contexts (format `extractive_qa`). `count` is the number of windows; `values` and `names` are per
   * question.
   */
  window?(row: number): QuestionContextWindow;
  readonly labels: readonly string[];
  readonly tokenizer: TokenizerVocabularyFacts;
  /** Names used in errors. */
  readonly model: string;
  readonly data: string;
  readonly call: Call;
}
/** A question with a part of its context, as fed to the model. The windows of a question are consecutive. */
export interface QuestionContextWindow {
  /** The question's index, from 0. */
  readonly questionIndex: number;
  readonly question: string;
  readonly context: string;
  /** Position of the part's first token, and for each of its tokens the offsets in `context` (UTF-16). */
  readonly first: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
export interface TokenizerVocabularyFacts {
  readonly vocabulary: number;
  /** The mask token; null if the tokenizer has none. */
  readonly mask: number | null;
  /** Tokens that are not text (`[CLS]`, `[PAD]`, `[UNK]`, ...). */
  readonly special: ReadonlySet<number>;
  /** Returns the tokens as the vocabulary spells them (`##ing`). */
  tokens(ids: Int32Array): readonly string[];
}
/** A batch for which a task provides targets. */
export interface TargetBatch {
  readonly rows: ArrayLike<number>;
  /** Number of tokens that each row is padded to. */
  readonly width: number;
  /** Seed of random choices, together with the row: the recipe's seed and the epoch (from 0). */
  readonly seed: number;
  readonly epoch: number;
}
/** Training targets of rows, batch by batch. */
export interface TrainingTargets {
  /** Number of terms in the mean loss of a batch: rows, or trained positions. It is the sum over the batch's rows. */
  counts(batch: Omit<TargetBatch, "width">): number;
  /** Number of trained positions of a row in an epoch; by default each row is one label. */
  places?(row: number, options: Pick<TargetBatch, "seed" | "epoch">): number;
  /**
   * For separately encoded texts (format `pair_encoding`): the texts of a batch's rows in the order in which they are
   * fed. By default row r is text r.
   */
  texts?(rows: ArrayLike<number>): Uint32Array;
  /** Inputs of the batch besides its texts. The function may modify `input_ids` [rows × width]. */
  feeds(batch: TargetBatch, input_ids: Int32Array): Readonly<Record<string, NDArray>>;
  /**
   * For single-label tasks: the label number of each row. Training records the predicted probability of that label.
   */
  readonly oneRight?: Int32Array;
  /** For multi-label tasks: 1 for each true label; rows × labels, row-major. */
  readonly severalRight?: Uint8Array;
  /**
   * Statistics of all rows that the head's states contain from the first step on (`TaskImplementation.standard`); by
   * default none.
   */
  readonly standard?: { readonly mean: number; readonly scale: number };
  /** For charts: 1 at a row's tokens that are its answer; by default none are marked. */
  marked?(row: number): Uint8Array;
}
/** How the rows of a task are fed; the training loop needs nothing else of the task. */
export interface Supervision {
  readonly rowFormat: RowFormat;
  /** For format `extractive_qa`: tokens that consecutive windows share. */
  overlap?(call: Call): number;
  /**
   * Inputs of programs that compute a loss: `labels`; `targets` if positions are trained; `firsts` and `seconds` for
   * text pairs; `weights` [labels] of the loss. `about`: for tasks whose inputs depend on the data's roles.
   */
  inputs(
    labels: number,
    about?: TaskContext,
  ): Readonly<Record<"labels", Type> & Partial<Record<"targets" | "firsts" | "seconds" | "weights", Type>>>;
  /**
   * Returns the training targets of rows; null if the data has none. Throws coded errors. Missing for formats that
   * generate text.
   */
  teach?(rows: SupervisionRows): TrainingTargets | null;
}
/** Facts besides the rows that a task may depend on. */
export interface TaskContext {
  readonly call: Call;
  /** Roles of the training data. */
  readonly roles: readonly string[];
}
export interface SupervisionTensors {
  readonly labels: Tensor;
  /** Trained positions, for tasks that train positions of texts. */
  readonly targets?: Tensor;
  /** i32: indices of the batch's texts, and of those that they are compared with. */
  readonly firsts?: Tensor;
  readonly seconds?: Tensor;
  /** f32 [labels]: loss weight of each label's rows. */
  readonly weights?: Tensor;
  /** f32, as long as `labels`: the weight of each label's row. Only in training. */
  readonly each?: Tensor;
}
/** Outputs are computed on demand: training never computes the logits over a complete vocabulary. */
export interface TaskOutputs {
  /**
   * [batch, labels], or [batch, length, labels or vocabulary] for token-level tasks; only the positions `targets` if
   * given.
   */
  logits(targets?: Tensor): Tensor;
  /** Returns the outputs under transformers' names, if they differ from `logits`. */
  named?(logits: Tensor): Readonly<Record<string, Tensor>>;
  /** Converts logits to probabilities; missing for tasks without. */
  probabilities?(logits: Tensor): Tensor;
  /** Scalar: mean or sum over the terms (`TrainingTargets.counts`; label not −100), weighted by row. */
  loss(supervised: SupervisionTensors, reduction: "mean" | "sum"): Tensor;
  /** The loss for scores, if the training loss is modified (smoothing, focal, weights); by default the same. */
  plain?(supervised: SupervisionTensors, reduction: "mean" | "sum"): Tensor;
  /** Converts the loss to its reported value; by default unchanged. */
  reportedLoss?(loss: Tensor): Tensor;
  /**
   * f32 [batch]: each row's sequence log-probability, summed over its trained tokens (`targets`; label not −100).
   * Computes the complete logits of these tokens. Only for generative tasks.
   */
  sequenceLogprobs?(supervised: SupervisionTensors): Tensor;
  /** Input of the head's only linear layer, [batch, features]; missing if the head is more than one layer. */
  features?(): Tensor;
}
/** The rows that were predicted. */
export interface PredictedRows {
  readonly count: number;
  /** Returns the tokens as fed to the model. */
  ids(row: number): Int32Array;
  words?(row: number): { readonly starts: Int32Array; readonly cut: number };
  /** For windows over contexts (format `extractive_qa`); `count` is the number of windows. */
  window?(row: number): QuestionContextWindow;
  readonly labels: readonly string[];
  readonly tokenizer: TokenizerVocabularyFacts;
  readonly call: Call;
  /** Minimum probability to predict each label, if it was fitted. */
  readonly thresholds?: FittedCalibration["thresholds"];
}
/** The result of an evaluation. */
export interface ScoredOutcome {
  /** Metrics reported at each validation during training, including `loss`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Returns NaN if the metric does not apply to the task. */
  measure(metric: MetricImplementation, call: Call): number;
  /**
   * Returns how to measure the metric on resamples, for intervals. Null if the metric does not apply, or only to all
   * rows at once.
   */
  resampling(metric: MetricImplementation, call: Call): BootstrapScorer | null;
  /** Counts per label, or per entity type, if there are any. */
  readonly byLabel?: LabelCountTable;
  /** The most frequently predicted answer; missing if answers do not repeat. */
  readonly commonest?: AnswerFrequency;
  /** For numbers: standard deviations of the predictions and of the truth, and the mean. */
  readonly spread?: { readonly predicted: number; readonly truth: number; readonly mean: number };
  /** Label names; empty for tasks without labels, as is `confusion`. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted]. */
  readonly confusion: readonly (readonly number[])[];
  /** Meaning of `MistakenRow.by`: the predicted probability, or the error. */
  readonly mistakesBy: "probability" | "error";
  /** Returns the worst mistakes first; `row` counts from 0 in the scored rows. */
  mistakes(most: number): readonly MistakenRow[];
  readonly notes?: readonly string[];
  /** Predictions and truth per row, for charts; missing if rows have no individual answers. */
  readonly outcome?: MetricInputByAnswerKind;
}
/** Outcome by the kind of answer. `least` for label sets: the minimum probability to predict a label. */
export type MetricInputByAnswerKind =
  | { readonly kind: "label"; readonly input: LabelMetricInput }
  | { readonly kind: "label_set"; readonly input: LabelSetMetricInput; readonly least: number }
  | { readonly kind: "number"; readonly input: NumberMetricInput }
  | { readonly kind: "pair"; readonly input: PairMetricInput }
  | { readonly kind: "ranking"; readonly input: RankingMetricInput };
export interface LabelCountTable {
  /** The counted unit, in singular and plural. */
  readonly of: readonly [one: string, several: string];
  readonly head: "label" | "entity";
  readonly rows: readonly CountsOfLabel[];
}
export interface CountsOfLabel {
  readonly label: string;
  /** Correct predictions, predictions, and true cases of the label. */
  readonly hit: number;
  readonly given: number;
  readonly have: number;
}
/**
 * Shares of inputs for which this answer is predicted, and for which it is correct (also if another was predicted).
 */
export interface AnswerFrequency {
  readonly answer: string;
  readonly given: number;
  readonly right: number;
}
export interface MistakenRow {
  readonly row: number;
  readonly truth: string;
  readonly predicted: string;
  readonly by: number;
}
/** A constant prediction, as a baseline that a model must beat. */
export interface ConstantBaseline {
  /** `always "positive"`. */
  readonly name: string;
  /** Returns logits for a row, in the form of a model's. */
  predict(rows: PredictedRows, row: number): Float32Array;
  /** False if it has no probabilities; by default it has. */
  readonly likelihood?: false;
  /** Other constants, for metrics that another one maximizes, by name (capability `constant`). */
  readonly others?: Readonly<Partial<Record<ConstantPrediction, Pick<ConstantBaseline, "name" | "predict">>>>;
}
/** Rows from which a constant prediction is computed: the training rows, or the scored rows if those are unknown. */
export interface BaselineSourceRows {
  /**
   * Returns one value per row (for `tags` one list or several), in any order; undefined if the data has no such role.
   */
  values(role: string): RowColumn | undefined;
  readonly labels: readonly string[];
  readonly call: Call;
}
/** Decodes the logits of complete rows into predictions. */
export interface AnswerDecoder<
  T extends TrainingTargets = TrainingTargets,
  P extends { readonly text: string } = { readonly text: string },
> {
  /** Token positions of a row that are predicted; by default the row is predicted as one. */
  places?(rows: PredictedRows, row: number): Int32Array;
  /** `outputs`: each row's logits, position by position. If missing, scores come from the loss only. */
  score?(outputs: readonly Float32Array[], taught: T, rows: PredictedRows): ScoredOutcome;
  /** Scores answers in words, as a prompted generative model wrote them; missing if the task does not support it. */
  scoreWritten?(written: readonly string[], taught: T, rows: Pick<PredictedRows, "call">): ScoredOutcome;
  /** Returns the best constant prediction; null or missing if none makes sense. */
  constant?(rows: BaselineSourceRows): ConstantBaseline | null;
  /** Returns the predictions of `predict`. The record's capability `prediction` names their TypeScript type. */
  predictions(
    outputs: readonly Float32Array[],
    texts: readonly string[],
    rows: PredictedRows,
  ): Promise<readonly P[]> | readonly P[];
  /** Returns the answer as text, without its probability. Missing for filling gaps, because a text may have none. */
  answer?(prediction: P): string;
  /** Headings of the columns that follow `text` in a table of predictions. */
  readonly columns: readonly string[];
  cells(prediction: P): readonly string[];
  /** For separately encoded texts: predictions for two texts from the vectors of both. */
  readonly ofPairs?: PairAnswerDecoder;
}
export interface PairAnswerDecoder<P extends { readonly text: string } = { readonly text: string }> {
  predictions(
    outputs: readonly (readonly [Float32Array, Float32Array])[],
    texts: readonly (readonly [string, string])[],
  ): readonly P[];
  readonly columns: readonly string[];
  cells(prediction: P): readonly string[];
}
export interface TaskImplementation {
  readonly supervision: Supervision;
  /** Adds the head. `labels` is the number of labels. */
  head(
    layers: LayerBuilder,
    body: ModelOutputs,
    options: {
      readonly hidden: number;
      readonly labels: number;
      readonly dropout: number;
      /** Dropout before the question-answering head; most families have none. */
      readonly answerDropout: number;
      readonly call: Call;
      /** Roles of the training data. */
      readonly roles: readonly string[];
      /** [batch, length] i32, 1 for real tokens. */
      readonly mask: Tensor;
      /** The family's own sequence head: [batch, outputs]. */
      sentence(outputs: number): Tensor;
    },
  ): TaskOutputs;
  /**
   * Path prefixes of the head's parameters, which train under every technique. `sentence`, `unmask`: those of the
   * family's own sequence head, or of its masked-language-model head.
   */
  readonly headPaths: readonly string[] | "sentence" | "unmask";
  /**
   * Parameters of a different head that the call selects, which does not read the body's pooled output; null or missing
   * if none.
   */
  ownHead?(call: Call): readonly string[] | null;
  /**
   * States ([1], not trainable) of a head that predicts standardized numbers: the prediction is the last layer's output
   * times `scale` plus `mean`. They start at 0 and 1. Exported files have them folded into that layer.
   */
  readonly standard?: { readonly mean: string; readonly scale: string };
  /**
   * Whether each row has exactly one label. Training programs then also output the logits [rows, labels] of their loss.
   */
  readonly oneLabel?: true;
  /** False if the head does not read the body's pooled output. */
  readonly pooled?: false;
  /** PEFT's model for the task is the body alone: its adapters name parameters without the family's prefix (`bert.`). */
  readonly bare?: true;
  /** Number of the head's outputs for this many labels; by default the same. */
  outputs?(labels: number): number;
  /** Loss terms that replace the task's own loss in the objective of its trainings. Default: its own loss. */
  terms?(call: Call): readonly OutputLossTerm[];
  /** Missing for generative tasks. */
  readonly answers?: AnswerDecoder;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    task: TaskImplementation;
  }
}
declare module "#dsl/language/types/capabilities/model.js" {
  // oxlint-disable-next-line no-unused-vars -- interfaces that merge have the same parameters
  interface TaskCapabilities<C extends Call = Call> {
    /** Name of the task on the Hugging Face Hub. */
    readonly pipeline?: string;
    /** PEFT's name of the task type (`SEQ_CLS`); missing if it has none. */
    readonly peft?: string;
    /** Whether the task's models have labels. */
    readonly labels: boolean;
    /** Suffixes of transformers' class names with its head; the first one is written to files. */
    readonly architectures?: readonly string[];
    /** For a sequence head: the `problem_type` in config.json. */
    readonly problem?: "single_label_classification" | "multi_label_classification" | "regression";
    /** Whether the output continues the prompt instead of answering it. */
    readonly continues?: true;
    /** TypeScript type of a prediction, and of one for two texts if that differs. */
    readonly prediction?: string;
    readonly predictionOfPairs?: string;
  }
}
