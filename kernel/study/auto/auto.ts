/**
 * What `sweep auto` looks at, tries, writes and comes to: plain data, which the session fills in and pictures draw. Scores are
 * of the validation split alone; rows of the test split stand in none of it.
 */

/** A base beside the data: what its tokenizer makes of the rows that train. */
export interface ExaminedBase {
  /** As a program names it. */
  readonly name: string;
  readonly parameters: number;
  /** Of its weights. */
  readonly bytes: number;
  /** Tokens that 50, 95 and 99 of a hundred rows have at most, specials included; null: nothing counts them. */
  readonly lengths: TokenLengths | null;
}
export interface TokenLengths {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}
/** What was there before anything was tried. */
export interface ExaminedData {
  readonly data: string;
  /** As a program writes it. */
  readonly task: string;
  readonly rows: { readonly train: number; readonly validation: number };
  /** Of the rows that train, the most frequent first; empty: the task has none. */
  readonly labels: readonly { readonly label: string; readonly count: number }[];
  /** Those of which there is enough, the most frequent first. */
  readonly languages: readonly string[];
  readonly machine: { readonly memoryBytes: number; readonly cores: number; readonly engine: string };
  readonly bases: readonly ExaminedBase[];
}

/** Something that was scored on the validation rows. */
export interface Contestant {
  /** `baseline(tfidf)`, `all-MiniLM-L6-v2, frozen`, `trial 7`. */
  readonly name: string;
  /** `frozen`: a base as it is, with a linear head where it has none of its own. */
  readonly kind: "baseline" | "frozen" | "trial";
  readonly base?: string;
  /** Of the first goal; NaN: it has none. */
  readonly score: number;
  /** Of 95 %; absent: it has no interval. */
  readonly low?: number;
  readonly high?: number;
  /** That it took to learn. */
  readonly seconds: number;
  /** That it holds; null: nobody knows. */
  readonly bytes: number | null;
  /** Milliseconds of an answer, when many are asked at once; null: not measured. */
  readonly latency: number | null;
  /** Of a trial. */
  readonly number?: number;
  /** It says the same of all rows: beating it is the least. */
  readonly constant?: true;
  /** What is required that it doesn't keep: `latency at most 5 ms, and it is 12 ms`. Absent: nothing. */
  readonly misses?: readonly string[];
}

/** What was passed over, and why, as a sentence: `one epoch would take 41 min of the 30 min`. */
export interface SkippedCandidate {
  readonly what: string;
  readonly why: string;
}

/** A line of the program that is written. */
export interface ProgramSetting {
  /** A path. */
  readonly key: string;
  /** Tune text. */
  readonly value: string;
  /** Absent: it was asked for, or needs no reason. */
  readonly why?: string;
}
export interface ProgramProposal {
  readonly model: readonly ProgramSetting[];
  readonly recipe: readonly ProgramSetting[];
  readonly vary: readonly ProgramSetting[];
  /** How it is searched: goals, search, pruner, bounds. */
  readonly sweep: readonly ProgramSetting[];
  /** Points that begin first, path to Tune text: what is known to do well. */
  readonly first: readonly Readonly<Record<string, string>>[];
}

/** What is known once nothing is left to try; `text` is a Tune program. */
export interface AutoReport {
  readonly name: string;
  readonly goal: { readonly direction: "maximize" | "minimize"; readonly metric: string };
  readonly looked: ExaminedData;
  /** In the order in which they were tried. */
  readonly probed: readonly Contestant[];
  readonly left: readonly SkippedCandidate[];
  /** Null: no training fits into the budget. */
  readonly program: string | null;
  /** Null while trials run. */
  readonly outcome: AutoOutcome | null;
}
export interface AutoOutcome {
  /** The first sentence: what is best, and what that means. */
  readonly sentence: string;
  /** Of everything that was scored. */
  readonly best: string;
  /** The best trial beside each that needs no training. */
  readonly versus: readonly ContestantDifference[];
  /** All that was scored, trials with weights included. */
  readonly scored: readonly Contestant[];
  /** Names of those that none other beats in score, size and latency at once. */
  readonly front: readonly string[];
  /** What trains the best trial; null: no trial has a score. */
  readonly tune: string | null;
}
export interface ContestantDifference {
  readonly name: string;
  /** Of the best trial less this one, oriented as the metric is. */
  readonly difference: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Of the best trial; null: too little tells. */
  readonly verdict: "better" | "worse" | "no difference shown" | null;
  /** Better by more than one look would explain, but not by more than the choice of the best of all looks does. */
  readonly chosen?: true;
}
