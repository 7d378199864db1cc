/** What measures outcomes: one function for each sort of outcome. */
import type { Call } from "#dsl/language/types/value.js";
import type { ExactInterval } from "../statistics/interval.js";
import type { RareLabelMethod } from "../statistics/spread.js";
import type { CooperativeYield } from "./shared/cooperative-yield.js";
import type { JudgeImplementation } from "../judging/judge.js";

/** A model's are f32; what stands in a file is read whole. */
export type Probabilities = Float32Array | Float64Array;
export interface MetricInput {
  readonly labels: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** rows × labels, row-major. */
  readonly probabilities: Probabilities;
}
/** What a model that continues texts did on some: the mean loss of a token in nats, and how many tokens it predicted. */
export interface TokenMetricInput {
  readonly loss: number;
  readonly tokens: number;
  /** Of UTF-8 that those tokens stand for; absent: nobody asked (`countsBytes`). */
  readonly bytes?: number;
}
/** Numbers beside those that a model gave, row by row. */
export interface NumberMetricInput {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}
/** Sets of labels: rows × labels, row-major, 1 where the row has the label. */
export interface LabelSetMetricInput {
  readonly labels: readonly string[];
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  readonly probabilities: Probabilities;
}
/** Tags of words, text by text. */
export interface TagMetricInput {
  readonly scheme: "bio" | "iob2" | "none";
  readonly truth: readonly (readonly string[])[];
  readonly predicted: readonly (readonly string[])[];
}
/** Answers that a model found, question by question, beside those that are right: several, or none where there is no answer. */
export interface AnswerMetricInput {
  readonly answers: readonly string[];
  readonly gold: readonly (readonly string[])[];
  /** Mean over the rows that were fed, in nats. */
  readonly loss: number;
}
/** Texts that a model wrote, row by row beside those that it should have written. */
export interface WrittenMetricInput {
  readonly written: readonly string[];
  readonly targets: readonly string[];
  /** What the model was asked, where that is known. */
  readonly asked?: readonly string[];
}
/** Pairs of texts that belong together or don't, and how alike a model finds them. */
export interface PairMetricInput {
  /** Of pairs that don't belong together, and of those that do. */
  readonly labels: readonly string[];
  /** 1 where a pair belongs together. */
  readonly same: Uint8Array;
  readonly similarity: Float64Array;
}
/** Where a text that was looked for stands. */
export interface FoundRank {
  /** How many texts stand before it. */
  readonly above: number;
  /** How many stand level with it, itself among them. */
  readonly level: number;
}
/** Texts that were looked for among others: for each search the rank of each text that it should find, at least one. */
export interface RankingMetricInput {
  readonly searches: readonly (readonly FoundRank[])[];
}
/** Bytes; null: unknown. */
export interface CostMetricInput {
  /** Its weights as they lie in its files. */
  readonly stored: number | null;
  /** What it takes in memory while it answers. */
  readonly held: number | null;
}
/** The score of things that are drawn with repetition: `drawn` are their numbers. */
export interface ResampleScorer {
  (drawn: Uint32Array): number;
  /** Absent: the bootstrap's. */
  readonly interval?: ExactInterval;
  /** Of scores that a rare label makes more uncertain than a bootstrap knows. */
  readonly rare?: RareLabelMethod;
}
/** Made once of all that was scored, where that is quicker than to measure each draw afresh. It says the same. */
export interface DrawSamplers {
  compute?(call: Call, input: MetricInput): ResampleScorer;
  ofNumbers?(call: Call, input: NumberMetricInput): ResampleScorer;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): ResampleScorer;
  ofTags?(call: Call, input: TagMetricInput): ResampleScorer;
  ofAnswers?(call: Call, input: AnswerMetricInput): ResampleScorer;
  ofWritten?(call: Call, input: WrittenMetricInput): ResampleScorer;
  ofRankings?(call: Call, input: RankingMetricInput): ResampleScorer;
}
/** The interval where a label is rare; undefined: the score of this call goes by rows alone. */
export interface RareLabelIntervals {
  compute?(call: Call, input: MetricInput): RareLabelMethod | undefined;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): RareLabelMethod | undefined;
}
/** Rows by whether yes is right of them (`have`) and was said (`given`), both (`hit`), of `all`. */
export interface DecisionCounts {
  readonly hit: number;
  readonly given: number;
  readonly have: number;
  readonly all: number;
}
/** Why there is no number of some outcomes, in words that stand after a colon; null: for no reason of the metric's own. */
export interface UndefinedReasonFunctions {
  compute?(call: Call, input: MetricInput): string | null;
  ofNumbers?(call: Call, input: NumberMetricInput): string | null;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): string | null;
  ofTags?(call: Call, input: TagMetricInput): string | null;
  ofWritten?(call: Call, input: WrittenMetricInput): string | null;
  ofPairs?(call: Call, input: PairMetricInput): string | null;
}
/** More of some outcomes than their number, as sentences that stand after the metric's name. */
export interface MetricNotes {
  ofWritten?(call: Call, input: WrittenMetricInput): readonly string[];
}
/** Asked before it is measured, where that takes long: what is worked out then is kept, and meanwhile others have their turn. */
export interface MetricPrecomputations {
  ofWritten?(call: Call, input: WrittenMetricInput, breathing: CooperativeYield): Promise<void>;
}
/** What a metric may need of the world before it measures. */
export interface MetricContext {
  /** The text of a file, by its path from the folder of the session. Coded errors `missing-file`, `unreadable-file`, … */
  text(path: string): string;
}
/** One function for each sort of outcome that it measures; the word's capability `of` names them. */
export interface MetricImplementation {
  compute?(call: Call, input: MetricInput): number;
  /** Over texts that a model continues or fills: from the loss of their tokens. */
  ofTokens?(call: Call, input: TokenMetricInput): number;
  ofNumbers?(call: Call, input: NumberMetricInput): number;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): number;
  ofTags?(call: Call, input: TagMetricInput): number;
  ofAnswers?(call: Call, input: AnswerMetricInput): number;
  ofWritten?(call: Call, input: WrittenMetricInput): number;
  /** At the threshold that serves best. */
  ofPairs?(call: Call, input: PairMetricInput): number;
  ofRankings?(call: Call, input: RankingMetricInput): number;
  /** Of milliseconds that single answers took. */
  ofTimes?(call: Call, milliseconds: Float64Array): number;
  /** Of what a model takes. */
  ofCost?(call: Call, cost: CostMetricInput): number;
  /** From the loss itself, of tasks whose loss follows from whole batches. */
  ofLoss?(call: Call, loss: number): number;
  /** Of yes and no, from counts alone: what a threshold is sought by at every place. */
  ofYes?(counts: DecisionCounts): number;
  /** For intervals, which ask a thousand times. */
  readonly samplers?: DrawSamplers;
  readonly rare?: RareLabelIntervals;
  /** Asked where it is no number. */
  readonly why?: UndefinedReasonFunctions;
  readonly notes?: MetricNotes;
  readonly ahead?: MetricPrecomputations;
  /** It is another model that is asked; whoever measures asks it, where he may. */
  readonly judge?: JudgeImplementation;
  /** The metric as this call wants it, where that takes a look at the world. */
  prepared?(call: Call, world: MetricContext): Promise<MetricImplementation>;
}

/** Answers that never change and that some metric likes better than the task's own; tasks name theirs by these. */
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
    /** It is the share of rows, or of what else was scored, that are right: its interval is Wilson's. */
    readonly share?: true;
    /** It is a ranking metric, independent of thresholds. If it contradicts the first metric, the verdict is not "worth it". */
    readonly ranks?: true;
    /** Its numbers are no bare ones: `ms`. */
    readonly unit?: string;
    /**
     * What is perfect, of scores that begin at 0: 1, or 100. Differences of such scores are told in points, hundredths of the
     * way. Absent: it is in a unit of its own.
     */
    readonly perfect?: 1 | 100;
    /** Its name tells the parameter that has a place though it stand at its default: each reports another one by the bare word. */
    readonly namesDefault?: true;
    /** It follows from the loss alone: it tells how likely answers were, not which were given. */
    readonly ofLoss?: true;
    /** It is of bytes: of texts whose tokens are foretold they are counted for it. */
    readonly countsBytes?: true;
    /** Texts are sent to a service that the program names: nobody asks it but for what was asked for. */
    readonly sends?: true;
    /** Pictures draw it beside the loss of training, whose unit it has; absent: beside the other scores. */
    readonly besideLoss?: true;
    /** Absent: a model that learnt something has a better one than an answer that never changes. False: such an answer has a good one anyway. */
    readonly beatsConstant?: false;
    /** Of answers that never change the one that it likes best, where it is not the task's own. */
    readonly constant?: ConstantPrediction | { pick(call: C): ConstantPrediction }["pick"];
  }
}
