/** A task: what its rows teach, its head, what its logits mean. */
import type { RowName } from "#dsl/language/types/row-name.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { NDArray, Type } from "#dsl/tensor/program.js";
import type { Resampling } from "../statistics/bootstrap.js";
import type { RowFormat } from "../row-formats/row-format.js";
import type { FittedCalibration } from "../calibrations/kind.js";
import type {
  LabelSetMetricInput,
  MetricImplementation,
  MetricInput,
  NumberMetricInput,
  ConstantPrediction,
  PairMetricInput,
  RankingMetricInput,
} from "../metrics/kind.js";
import type { Layers } from "../layers/contract.js";
import type { OutputTerm } from "../losses/loss-term.js";
import type { ModelOutputs } from "../models/kind.js";

/** One value per row, in memory or read as they are asked for: going through all of them costs less than asking for each. */
export interface RowColumn extends Iterable<unknown> {
  readonly length: number;
  /** Of row `row` (from 0). */
  at(row: number): unknown;
}
/** Values of some rows and their tokens, as a task reads them. */
export interface TeachingRows {
  readonly count: number;
  /** Undefined: the data have no such role. */
  values(role: string): RowColumn | undefined;
  /** What errors call the rows: their numbers in the source, and the split where it has a source of its own. */
  readonly names: ArrayLike<RowName>;
  /** Tokens as they are fed. */
  ids(row: number): Int32Array;
  /** Of rows of words (format `token_labels`): where the first piece of each word lies among the row's tokens, and how many words were cut off. */
  words?(row: number): { readonly starts: Int32Array; readonly cut: number };
  /** Of windows over contexts (format `extractive_qa`), which `count` counts; `values` and `names` are of the questions. */
  window?(row: number): ContextWindow;
  /** The model's labels. */
  readonly labels: readonly string[];
  readonly tokenizer: TokenNames;
  /** For errors. */
  readonly model: string;
  readonly data: string;
  readonly call: Call;
}
/** A question beside a part of its context, as it is fed; the windows of a question stand one after the other. */
export interface ContextWindow {
  /** The question's number, from 0. */
  readonly questionIndex: number;
  readonly question: string;
  readonly context: string;
  /** Where the part begins among the tokens that are fed, and for each token of it where it stands in `context` (UTF-16). */
  readonly first: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
export interface TokenNames {
  readonly vocabulary: number;
  /** Token that stands for one to be filled in; null: the tokenizer has none. */
  readonly mask: number | null;
  /** Tokens that are no text (`[CLS]`, `[PAD]`, `[UNK]`, ...). */
  readonly special: ReadonlySet<number>;
  /** As the vocabulary has them (`##ing`). */
  tokens(ids: Int32Array): readonly string[];
}
/** A batch whose rows a task is asked about. */
export interface TaughtBatch {
  readonly rows: ArrayLike<number>;
  /** Tokens that each row is padded to. */
  readonly width: number;
  /** What chance goes by, beside the row: the recipe's seed and the epoch (from 0). */
  readonly seed: number;
  readonly epoch: number;
}
/** What rows teach, asked batch by batch. */
export interface TaughtRows {
  /** What the loss of a batch is the mean of: rows, or trained places. A batch counts what its rows do by themselves. */
  counts(batch: Omit<TaughtBatch, "width">): number;
  /** Of a row that teaches at several places: how many, in the batches of an epoch; absent: each row is one label. */
  places?(row: number, options: Pick<TaughtBatch, "seed" | "epoch">): number;
  /** Of texts that are encoded separately (format `pair_encoding`): the texts of a batch's rows, in the order in which they are fed; absent: row r is text r. */
  texts?(rows: ArrayLike<number>): Uint32Array;
  /** What the batch is fed beside its texts. `input_ids` [rows × width] may be written to. */
  feeds(batch: TaughtBatch, input_ids: Int32Array): Readonly<Record<string, NDArray>>;
  /** Where of several labels one is right: its number for each row, so that a training can keep how sure it was of it. */
  readonly oneRight?: Int32Array;
  /** Where each of several labels is right or not: rows × labels, row-major. */
  readonly severalRight?: Uint8Array;
  /** What all rows say together, which states of the head hold (`TaskImplementation.standard`) before the first step; absent: nothing. */
  readonly standard?: { readonly mean: number; readonly scale: number };
  /** For pictures: 1 at the tokens of a fed row that are its answer; absent: no tokens are. */
  marked?(row: number): Uint8Array;
}
/** How the rows of a task are fed; the training loop needs nothing else of the task. */
export interface Supervision {
  readonly rowFormat: RowFormat;
  /** Of format `extractive_qa`: tokens that a window shares with the one before it. */
  overlap?(call: Call): number;
  /**
   * Inputs of the programs that make a loss: `labels`, `targets` where places of texts are trained, `firsts` and `seconds` of
   * texts that belong together, `weights` [labels] of the loss. `about`: of tasks that learn by what the data have.
   */
  inputs(
    labels: number,
    about?: TaskContext,
  ): Readonly<Record<"labels", Type> & Partial<Record<"targets" | "firsts" | "seconds" | "weights", Type>>>;
  /** What rows teach; null: the data don't say it. Coded errors. Absent: formats that generate text. */
  teach?(rows: TeachingRows): TaughtRows | null;
}
/** What a task may go by beside its rows. */
export interface TaskContext {
  readonly call: Call;
  /** Roles of the training data. */
  readonly roles: readonly string[];
}
export interface SupervisionTensors {
  readonly labels: Tensor;
  /** Where places of texts are trained. */
  readonly targets?: Tensor;
  /** i32: texts of the batch, and those that are held beside them. */
  readonly firsts?: Tensor;
  readonly seconds?: Tensor;
  /** f32 [labels]: what a row of each counts in the loss. */
  readonly weights?: Tensor;
  /** f32, as long as `labels`: what each of them counts, by the weight of its row. Of trainings alone. */
  readonly each?: Tensor;
}
/** Made when asked for: training never makes the logits of a whole vocabulary. */
export interface TaskOutputs {
  /** [batch, labels], or [batch, length, labels or vocabulary] of tasks that tell of tokens: then only of `targets` where given. */
  logits(targets?: Tensor): Tensor;
  /** Its logits as transformers gives them, where that is not as `logits`. */
  named?(logits: Tensor): Readonly<Record<string, Tensor>>;
  /** Absent: logits are not made probabilities. */
  probabilities?(logits: Tensor): Tensor;
  /** Scalar: mean or sum over what counts (`Taught.counts`; label not −100), by what each row counts. */
  loss(supervised: SupervisionTensors, reduction: "mean" | "sum"): Tensor;
  /** The same as scores tell it, where training bends it; absent: it doesn't. */
  plain?(supervised: SupervisionTensors, reduction: "mean" | "sum"): Tensor;
  /** That loss as it is told; absent: as it is. */
  reportedLoss?(loss: Tensor): Tensor;
  /**
   * f32 [batch]: the log-probability of each row's sequence, summed over its trained tokens (`targets`; label not −100). The
   * logits of these tokens are made whole. Of tasks that write texts.
   */
  sequenceLogprobs?(supervised: SupervisionTensors): Tensor;
  /** What the head's one linear layer reads of each row, [batch, features]; absent: the head is more than that. */
  features?(): Tensor;
}
/** Rows that were asked about. */
export interface PredictedRows {
  readonly count: number;
  /** Tokens as they were fed. */
  ids(row: number): Int32Array;
  words?(row: number): { readonly starts: Int32Array; readonly cut: number };
  /** Of windows over contexts (format `extractive_qa`), which `count` counts. */
  window?(row: number): ContextWindow;
  readonly labels: readonly string[];
  readonly tokenizer: TokenNames;
  readonly call: Call;
  /** How likely a label must be to be given, where that was fitted. */
  readonly thresholds?: FittedCalibration["thresholds"];
}
/** What an evaluation found. */
export interface ScoredOutcome {
  /** Told at each validation while training; `loss` among them. */
  readonly metrics: Readonly<Record<string, number>>;
  /** NaN where the metric measures something else. */
  measure(metric: MetricImplementation, call: Call): number;
  /** How the same is measured of what is drawn, for intervals; null: the metric measures something else, or only all at once. */
  resampling(metric: MetricImplementation, call: Call): Resampling | null;
  /** What each label, or each kind of entity, comes to; absent: there are none. */
  readonly byLabel?: LabelCountTable;
  /** The answer that the model gives most often; absent: answers are not alike. */
  readonly commonest?: AnswerFrequency;
  /** Of numbers: standard deviations of what was said and of what is right. */
  readonly spread?: { readonly predicted: number; readonly truth: number; readonly mean: number };
  /** Of labels; else both are empty. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted]. */
  readonly confusion: readonly (readonly number[])[];
  /** What `Mistake.by` is: how sure the model was, or how far off. */
  readonly mistakesBy: "probability" | "error";
  /** The gravest first; `row` counts from 0 in what was scored. */
  mistakes(most: number): readonly MistakenRow[];
  readonly notes?: readonly string[];
  /** What was said of each row beside what is right, for pictures; absent: rows aren't answered one by one. */
  readonly outcome?: EvaluationOutcome;
}
/** By what an answer is. `least` of label sets: the probability from which on a label is given. */
export type EvaluationOutcome =
  | { readonly kind: "label"; readonly input: MetricInput }
  | { readonly kind: "label_set"; readonly input: LabelSetMetricInput; readonly least: number }
  | { readonly kind: "number"; readonly input: NumberMetricInput }
  | { readonly kind: "pair"; readonly input: PairMetricInput }
  | { readonly kind: "ranking"; readonly input: RankingMetricInput };
export interface LabelCountTable {
  /** What is counted, in one word and in several. */
  readonly of: readonly [one: string, several: string];
  readonly head: "label" | "entity";
  readonly rows: readonly CountsOfLabel[];
}
export interface CountsOfLabel {
  readonly label: string;
  /** Those that have it and were given it, were given it, have it. */
  readonly hit: number;
  readonly given: number;
  readonly have: number;
}
/** How often one answer is given and how often it is the right one (also where another was given), as shares of what was asked. */
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
/** An answer that never changes: what a model must beat. */
export interface ConstantBaseline {
  /** `always "positive"`. */
  readonly name: string;
  /** As a model would say it of a row. */
  predict(rows: PredictedRows, row: number): Float32Array;
  /** Whether it says how likely answers are; absent: yes. */
  readonly likelihood?: false;
  /** For metrics of which another answer is the best, by what they call it (capability `constant`). */
  readonly others?: Readonly<Partial<Record<ConstantPrediction, Pick<ConstantBaseline, "name" | "predict">>>>;
}
/** The rows that a constant answer follows from: those that a model learns, or where they are not known those that are scored. */
export interface BaselineSourceRows {
  /** One value per row (of `tags` one list or several), in any order; undefined: the data have no such role. */
  values(role: string): RowColumn | undefined;
  readonly labels: readonly string[];
  readonly call: Call;
}
/** What the logits of whole rows mean. */
export interface AnswerDecoder<
  T extends TaughtRows = TaughtRows,
  P extends { readonly text: string } = { readonly text: string },
> {
  /** Places of a row's tokens that are asked about; absent: the row as a whole. */
  places?(rows: PredictedRows, row: number): Int32Array;
  /** `said`: each row's logits, place by place. Absent: scores come from the loss alone. */
  score?(outputs: readonly Float32Array[], taught: T, rows: PredictedRows): ScoredOutcome;
  /** The same of answers in words, as a model that was asked in words wrote them; absent: they mean nothing here. */
  scoreWritten?(written: readonly string[], taught: T, rows: Pick<PredictedRows, "call">): ScoredOutcome;
  /** The best answer that never changes; null, or absent: none makes sense. */
  constant?(rows: BaselineSourceRows): ConstantBaseline | null;
  /** As `predict` gives them; the record's capability `prediction` is their TypeScript type. */
  predictions(
    outputs: readonly Float32Array[],
    texts: readonly string[],
    rows: PredictedRows,
  ): Promise<readonly P[]> | readonly P[];
  /** What is said of a text, without how sure the model is of it; absent: gaps are filled, of which a text may have none. */
  answer?(prediction: P): string;
  /** Heads of the columns beside `text` in which predictions are shown. */
  readonly columns: readonly string[];
  cells(prediction: P): readonly string[];
  /** For texts that are encoded separately: the predictions for two texts, from the vector of each. */
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
    layers: Layers,
    body: ModelOutputs,
    options: {
      readonly hidden: number;
      readonly labels: number;
      readonly dropout: number;
      /** Before the head that finds answers: most families have none. */
      readonly answerDropout: number;
      readonly call: Call;
      /** Roles of the training data. */
      readonly roles: readonly string[];
      /** [batch, length] i32, 1 for real tokens. */
      readonly mask: Tensor;
      /** The family's own head over a whole text: [batch, outputs]. */
      sentence(outputs: number): Tensor;
    },
  ): TaskOutputs;
  /** The head's parameters, which train under every technique (path prefixes); `sentence`, `unmask`: those of the family's own head over texts, of masked tokens. */
  readonly headPaths: readonly string[] | "sentence" | "unmask";
  /** Those of another head that the call asks for, which reads nothing that the body pools; null, or absent: it asks for none. */
  ownHead?(call: Call): readonly string[] | null;
  /**
   * States ([1], they don't train) of a head that learns numbers whose mean is 0 and whose spread is 1: its last layer's output
   * times `scale` plus `mean` is what it says. They begin at 0 and 1; files for others have them folded into that layer.
   */
  readonly standard?: { readonly mean: string; readonly scale: string };
  /** Each row has one label of several: trainings give the logits [rows, labels] that their loss is of, beside it. */
  readonly oneLabel?: true;
  /** Whether the head reads what the body pools; absent: yes. */
  readonly pooled?: false;
  /** PEFT's model for the task is the body alone: its adapters name parameters without the family's prefix (`bert.`). */
  readonly bare?: true;
  /** How many numbers the head gives for that many labels; absent: as many. */
  outputs?(labels: number): number;
  /** Loss terms that replace the task's own loss in the objective of its trainings. Default: its own loss. */
  terms?(call: Call): readonly OutputTerm[];
  /** Absent: a task that writes texts. */
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
    /** What the Hugging Face hub calls it. */
    readonly pipeline?: string;
    /** What PEFT calls such a task (`SEQ_CLS`); absent: it has no name for it. */
    readonly peft?: string;
    /** Whether its models have labels. */
    readonly labels: boolean;
    /** How the names of transformers' classes with its head end, the first as they are written. */
    readonly architectures?: readonly string[];
    /** Of a head over whole texts: what config.json calls what it learns (`problem_type`). */
    readonly problem?: "single_label_classification" | "multi_label_classification" | "regression";
    /** What is written goes on with the prompt, where other tasks answer it. */
    readonly continues?: true;
    /** The TypeScript type of one prediction, and of one of two texts where that is another. */
    readonly prediction?: string;
    readonly predictionOfPairs?: string;
  }
}
