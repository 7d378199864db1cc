/**
 * The data that `sweep auto` examines, tries and reports: plain objects, filled in by the session and drawn by views.
 * All scores are of the validation split; rows of the test split are never used.
 */

/** A base model, and the token lengths that its tokenizer gives for the training rows. */
export interface ExaminedBase {
  /** Name as written in a program. */
  readonly name: string;
  readonly parameters: number;
  /** Bytes of its weights. */
  readonly bytes: number;
  /** Maximum tokens of 50, 95 and 99 % of the rows, special tokens included; null if they were not counted. */
  readonly lengths: TokenLengths | null;
}
export interface TokenLengths {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}
/** Facts about the data and the machine before any trial. */
export interface ExaminedData {
  readonly data: string;
  /** Task as written in a program. */
  readonly task: string;
  readonly rows: { readonly train: number; readonly validation: number };
  /** Labels of the training rows, the most frequent first; empty if the task has none. */
  readonly labels: readonly { readonly label: string; readonly count: number }[];
  /** Languages with enough rows, the most frequent first. */
  readonly languages: readonly string[];
  readonly machine: { readonly memoryBytes: number; readonly cores: number; readonly engine: string };
  readonly bases: readonly ExaminedBase[];
}

/** A candidate that was scored on the validation rows. */
export interface ScoredCandidate {
  /** For example `baseline(tfidf)`, `all-MiniLM-L6-v2, frozen` or `trial 7`. */
  readonly name: string;
  /** `frozen`: an untrained base, with a linear head if it has none of its own. */
  readonly kind: "baseline" | "frozen" | "trial";
  readonly base?: string;
  /** Score in the first goal; NaN if there is none. */
  readonly score: number;
  /** Limits of the 95 % interval; unset if there is none. */
  readonly low?: number;
  readonly high?: number;
  /** Seconds of training. */
  readonly seconds: number;
  /** Size in bytes; null if it is unknown. */
  readonly bytes: number | null;
  /** Milliseconds per prediction in batches; null if it was not measured. */
  readonly latency: number | null;
  /** Number of the trial; unset for other candidates. */
  readonly number?: number;
  /** It predicts the same for all rows, so a trial should at least beat it. */
  readonly constant?: true;
  /**
   * Requirements that it does not meet, for example `latency at most 5 ms, and it is 12 ms`. Unset if it meets all.
   */
  readonly misses?: readonly string[];
}

/** A candidate that was skipped, and the reason as a sentence: `one epoch would take 41 min of the 30 min`. */
export interface SkippedCandidate {
  readonly what: string;
  readonly why: string;
}

/** A line of the generated program. */
export interface ProposedSetting {
  /** Path of the setting. */
  readonly key: string;
  /** Value as Tune text. */
  readonly value: string;
  /** Reason for the value; unset if the user requested it or no reason is needed. */
  readonly why?: string;
}
export interface ProgramProposal {
  readonly model: readonly ProposedSetting[];
  readonly recipe: readonly ProposedSetting[];
  readonly vary: readonly ProposedSetting[];
  /** Settings of the sweep: goals, search, pruner, bounds. */
  readonly sweep: readonly ProposedSetting[];
  /** Starting points (path to Tune text) that are known to do well. */
  readonly first: readonly Readonly<Record<string, string>>[];
}

/** The final report; `text` is a Tune program. */
export interface AutoReport {
  readonly name: string;
  readonly goal: { readonly direction: "maximize" | "minimize"; readonly metric: string };
  readonly looked: ExaminedData;
  /** In the order in which they were tried. */
  readonly probed: readonly ScoredCandidate[];
  readonly left: readonly SkippedCandidate[];
  /** Null if no training fits into the budget. */
  readonly program: string | null;
  /** Null while trials run. */
  readonly outcome: AutoOutcome | null;
}
export interface AutoOutcome {
  /** The first sentence: which candidate is best, and what that means. */
  readonly sentence: string;
  /** Name of the best of all scored candidates. */
  readonly best: string;
  /** The best trial compared with each candidate that needs no training. */
  readonly versus: readonly ScoredCandidateDifference[];
  /** All scored candidates, including trials that still have weights. */
  readonly scored: readonly ScoredCandidate[];
  /** Names on the Pareto front: no other candidate beats them in score, size and latency at once. */
  readonly front: readonly string[];
  /** Program that trains the best trial; null if no trial has a score. */
  readonly tune: string | null;
}
export interface ScoredCandidateDifference {
  readonly name: string;
  /** Score of the best trial minus this one, with the metric's sign. */
  readonly difference: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Verdict on the best trial; null if the data are too few. */
  readonly verdict: "better" | "worse" | "no difference shown" | null;
  /**
   * Better than a single comparison would explain by chance, but not significant after correcting for the selection
   * among all scores.
   */
  readonly chosen?: true;
}
