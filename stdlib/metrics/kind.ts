/** Interfaces of metrics: one function per kind of outcome. */
import type { Call } from "#dsl/language/types/value.js";
import type { IntervalWithoutResampling } from "../statistics/interval.js";
import type { RareLabelIntervalMethod } from "../statistics/spread.js";
import type { CooperativeYield } from "./shared/cooperative-yield.js";
import type { JudgeImplementation } from "../judging/judge.js";

/** f32 from a model; f64 if read from a file. */
export type Probabilities = Float32Array | Float64Array;
export interface LabelMetricInput {
  readonly labels: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** Shape [rows × labels], row-major. */
  readonly probabilities: Probabilities;
}
/** Outcome of language modeling: the mean loss per token in nats, and the number of predicted tokens. */
export interface LanguageModelingMetricInput {
  readonly loss: number;
  readonly tokens: number;
  /** UTF-8 bytes of those tokens; undefined if not requested (`countsBytes`). */
  readonly bytes?: number;
}
/** True and predicted numbers per row. */
export interface NumberMetricInput {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}
/** Label sets: rows × labels, row-major, 1 where the row has the label. */
export interface LabelSetMetricInput {
  readonly labels: readonly string[];
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  readonly probabilities: Probabilities;
}
/** True and predicted tags of words, per text. */
export interface TagMetricInput {
  readonly scheme: "bio" | "iob2" | "none";
  readonly truth: readonly (readonly string[])[];
  readonly predicted: readonly (readonly string[])[];
}
/** Answers that a model found per question, and the true answers: several, or none for an unanswerable question. */
export interface AnswerMetricInput {
  readonly answers: readonly string[];
  readonly gold: readonly (readonly string[])[];
  /** Mean loss over the encoded rows, in nats. */
  readonly loss: number;
}
/** Generated and target texts per row. */
export interface GeneratedTextMetricInput {
  readonly written: readonly string[];
  readonly targets: readonly string[];
  /** Prompts of the model, if known. */
  readonly asked?: readonly string[];
}
/** Pairs of texts that match or do not, with the model's similarity. */
export interface PairMetricInput {
  /** Labels of non-matching and of matching pairs. */
  readonly labels: readonly string[];
  /** 1 for a matching pair. */
  readonly same: Uint8Array;
  readonly similarity: Float64Array;
}
/** Rank of a text that a search should find. */
export interface FoundRank {
  /** Number of texts ranked before it. */
  readonly above: number;
  /** Number of texts tied with it, including itself. */
  readonly level: number;
}
/** Retrieval results: for each search, the rank of each text that it should find, at least one. */
export interface RankingMetricInput {
  readonly searches: readonly (readonly FoundRank[])[];
}
/** Memory costs in bytes; null if unknown. */
export interface MemoryMetricInput {
  /** Size of its weight files. */
  readonly stored: number | null;
  /** Memory in use during inference. */
  readonly held: number | null;
}
/** Scores a sample drawn with replacement; `drawn` has the indices of the units. */
export interface ResampleScorer {
  (drawn: Uint32Array): number;
  /** Defaults to the bootstrap interval. */
  readonly interval?: IntervalWithoutResampling;
  /** Interval method for scores that a rare label makes more uncertain than a bootstrap shows. */
  readonly rare?: RareLabelIntervalMethod;
}
/**
 * Faster scorers of resampled outcomes, prepared once from all outcomes. They give the same scores as measuring each
 * draw.
 */
export interface ResampleScorers {
  compute?(call: Call, input: LabelMetricInput): ResampleScorer;
  ofNumbers?(call: Call, input: NumberMetricInput): ResampleScorer;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): ResampleScorer;
  ofTags?(call: Call, input: TagMetricInput): ResampleScorer;
  ofAnswers?(call: Call, input: AnswerMetricInput): ResampleScorer;
  ofWritten?(call: Call, input: GeneratedTextMetricInput): ResampleScorer;
  ofRankings?(call: Call, input: RankingMetricInput): ResampleScorer;
}
/** Interval method for rare labels; undefined if the score of this call depends on rows alone. */
export interface RareLabelIntervals {
  compute?(call: Call, input: LabelMetricInput): RareLabelIntervalMethod | undefined;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): RareLabelIntervalMethod | undefined;
}
/** Counts of decisions: true positives `hit`, predicted positives `given`, actual positives `have`, and `all`. */
export interface DecisionCounts {
  readonly hit: number;
  readonly given: number;
  readonly have: number;
  readonly all: number;
}
/** Returns why outcomes have no score, as text after a colon; null if the metric has no specific reason. */
export interface UndefinedScoreReasonFunctions {
  compute?(call: Call, input: LabelMetricInput): string | null;
  ofNumbers?(call: Call, input: NumberMetricInput): string | null;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): string | null;
  ofTags?(call: Call, input: TagMetricInput): string | null;
  ofWritten?(call: Call, input: GeneratedTextMetricInput): string | null;
  ofPairs?(call: Call, input: PairMetricInput): string | null;
}
/** Returns further facts about outcomes, as sentences after the metric's name. */
export interface MetricNoteFunctions {
  ofWritten?(call: Call, input: GeneratedTextMetricInput): readonly string[];
}
/** Called before slow measurements: caches intermediate results, and yields to the event loop meanwhile. */
export interface MetricPrecomputations {
  ofWritten?(call: Call, input: GeneratedTextMetricInput, breathing: CooperativeYield): Promise<void>;
}
export interface MetricFileReader {
  /**
   * Returns the text of a file, by its path relative to the session's folder. Coded errors `missing-file`,
   * `unreadable-file`, …
   */
  text(path: string): string;
}
/** One function per kind of outcome that the metric measures; the word's capability `outcomes` names them. */
export interface MetricImplementation {
  compute?(call: Call, input: LabelMetricInput): number;
  /** Scores language modeling or masked texts from the loss of their tokens. */
  ofTokens?(call: Call, input: LanguageModelingMetricInput): number;
  ofNumbers?(call: Call, input: NumberMetricInput): number;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): number;
  ofTags?(call: Call, input: TagMetricInput): number;
  ofAnswers?(call: Call, input: AnswerMetricInput): number;
  ofWritten?(call: Call, input: GeneratedTextMetricInput): number;
  /** Scores at the best similarity threshold. */
  ofPairs?(call: Call, input: PairMetricInput): number;
  ofRankings?(call: Call, input: RankingMetricInput): number;
  ofTimes?(call: Call, milliseconds: Float64Array): number;
  ofCost?(call: Call, cost: MemoryMetricInput): number;
  /** Scores from the loss itself, for tasks whose loss depends on complete batches. */
  ofLoss?(call: Call, loss: number): number;
  /** Scores binary decisions from counts alone, for trying every threshold. */
  ofYes?(counts: DecisionCounts): number;
  /** Fast scorers for intervals, which need a thousand draws. */
  readonly samplers?: ResampleScorers;
  readonly rare?: RareLabelIntervals;
  /** Called if the score is NaN. */
  readonly why?: UndefinedScoreReasonFunctions;
  readonly notes?: MetricNoteFunctions;
  readonly ahead?: MetricPrecomputations;
  /** Set if a judge model scores the outcomes; the evaluation calls it, if that is allowed. */
  readonly judge?: JudgeImplementation;
  /** Returns the metric for this call, if that needs to read files. */
  prepared?(call: Call, world: MetricFileReader): Promise<MetricImplementation>;
}

/** Constant predictions that score better for some metrics than the task's own; tasks refer to them by these names. */
export type ConstantPrediction = "median" | "commonest labels" | "all labels";

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    metric: MetricImplementation;
  }
}
declare module "#dsl/language/types/capabilities/metric.js" {
  interface MetricOutcomes {
    label_set: true;
    tags: true;
    number: true;
    similarity: true;
    pair: true;
    ranking: true;
    answer: true;
  }
  interface MetricCapabilities<C extends Call = Call> {
    /** The metric is the share of correct rows, or of other correct units: its interval is Wilson's. */
    readonly share?: true;
    /**
     * The metric is a ranking metric, independent of thresholds. If it contradicts the first metric, the verdict is not
     * "worth it".
     */
    readonly ranks?: true;
    /** Unit of its numbers: `ms`. */
    readonly unit?: string;
    /**
     * Perfect score, for scores that begin at 0: 1 or 100. Differences of such scores are reported in points
     * (hundredths of the range). If undefined, the metric has its own unit.
     */
    readonly perfect?: 1 | 100;
    /**
     * The name always includes the positional parameter, even at its default, because the bare word means different
     * settings in different tools.
     */
    readonly namesDefault?: true;
    /** The metric depends on the loss alone: it measures how likely answers were, not which were given. */
    readonly ofLoss?: true;
    /** The metric needs byte counts; they are computed for the predicted texts. */
    readonly countsBytes?: true;
    /** The metric sends texts to a service that the program names: it is called only on explicit request. */
    readonly sends?: true;
    /** Charts draw it with the training loss, whose unit it has. If undefined, they draw it with the other scores. */
    readonly besideLoss?: true;
    /**
     * False if a constant prediction has a good score anyway. By default, a trained model must score better than a
     * constant prediction.
     */
    readonly beatsConstant?: false;
    /** The constant prediction that scores best for this metric, if it is not the task's own. */
    readonly constant?: ConstantPrediction | { pick(call: C): ConstantPrediction }["pick"];
  }
}
