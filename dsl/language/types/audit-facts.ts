/**
 * Facts from comparing texts and labels of a data set: near-duplicate leaks, contradictions, labels leaked in texts.
 */
import type { RowIdentifier } from "./row-name.js";

export interface DataAudit {
  /** For each split except the training split: its near-duplicates of training texts, most similar first. */
  readonly near: readonly NearDuplicates[];
  readonly conflicts: LabelConflicts;
  /** Null if there are no labels, or if their words cannot be found in texts (numbers, short ones). */
  readonly told: LabelLeaks | null;
  /** Values of the role `group` shared by several splits; null if there is no such role. */
  readonly groups: { readonly shared: number; readonly of: number; readonly some: readonly string[] } | null;
  /** Facts of the role `score`. */
  readonly scores: ScoreFacts | null;
  /** Findings worth a look, most urgent first; unset if not searched for. */
  readonly findings?: readonly AuditFinding[];
  /** Null if the data have no texts; unset if not checked. */
  readonly languages?: LanguageFacts | null;
}
/** Kinds of findings in display order. */
export const FINDING_KINDS = [
  "unreadable",
  "mojibake",
  "tags",
  "rule",
  "repeated",
  "unlabelled",
  "long",
  "short",
  "insults",
  "people",
] as const;
/** A possible problem in the rows; none of them prevents training. */
export interface AuditFinding {
  readonly what: (typeof FINDING_KINDS)[number];
  /** Rows affected, out of those checked. */
  readonly rows: number;
  readonly of: number;
  /** Description of the problem. */
  readonly says: string;
  /** How to fix it: a word to write, or another action. */
  readonly mend: string;
  readonly examples: readonly FindingRow[];
}
export interface FindingRow {
  readonly row: RowIdentifier;
  readonly split: string;
  /** Relevant part of its text. */
  readonly text: string;
  readonly label?: string;
}
/** Languages of the texts. Of many rows a sample is checked, evenly over each split. */
export interface LanguageFacts {
  readonly splits: readonly SplitLanguages[];
}
export interface SplitLanguages {
  readonly split: string;
  /** Rows of the split, and those that were checked. */
  readonly of: number;
  readonly rows: number;
  /** Checked rows whose text is too short to identify. */
  readonly untold: number;
  /** ISO 639-1 codes and names, most frequent first. */
  readonly languages: readonly { readonly code: string; readonly name: string; readonly count: number }[];
}
export interface ScoreFacts {
  readonly least: number;
  readonly greatest: number;
  /** The first row with the score furthest from 0. */
  readonly furthest?: RowIdentifier;
  readonly outlying?: OutlyingScores;
  /** Distinct scores in ascending order, if there are at most ten. */
  readonly values?: readonly number[];
  /** Scores of the training rows. */
  readonly trained?: {
    readonly least: number;
    readonly greatest: number;
    readonly mean: number;
    /** Standard deviation. */
    readonly spread: number;
  };
}
/** A few scores that are far from all others and make up a large share of the variance. */
export interface OutlyingScores {
  /** Rows, furthest first. */
  readonly rows: readonly { readonly row: RowIdentifier; readonly score: number }[];
  /** Total number, if only some are listed. */
  readonly count?: number;
  /** Their share of the variance of all scores. */
  readonly share: number;
  /** Number of all scores. */
  readonly of: number;
  /** Further scores at the ends that may be impossible: isolated, or the only ones below 0. */
  readonly doubtful?: readonly { readonly row: RowIdentifier; readonly score: number }[];
  /** Range of all scores except these. */
  readonly least: number;
  readonly greatest: number;
}
export interface NearDuplicates {
  readonly split: string;
  readonly rows: number;
  /** Some of them. */
  readonly pairs: readonly NearDuplicatePair[];
}
export interface NearDuplicatePair {
  readonly row: RowIdentifier;
  readonly text: string;
  readonly trained: { readonly row: RowIdentifier; readonly text: string };
  /** Share of common character n-grams; 1: equal except for punctuation. */
  readonly likeness: number;
  /** Both have masked personal data, in which they may have differed. */
  readonly masked?: true;
}
/** Texts that occur several times with different labels. */
export interface LabelConflicts {
  readonly texts: number;
  /** Rows of these texts. */
  readonly rows: number;
  readonly examples: readonly {
    readonly text: string;
    readonly labels: readonly string[];
    readonly rows: readonly RowIdentifier[];
    /** Total numbers; unset if all are listed. */
    readonly of?: { readonly labels: number; readonly rows: number };
  }[];
}
/** Rows whose text contains the words of a label. */
export interface LabelLeaks {
  readonly rows: number;
  /** Rows among them whose text contains their own label. */
  readonly own: number;
  /** All rows with a label. */
  readonly of: number;
  readonly example: { readonly row: RowIdentifier; readonly label: string; readonly text: string } | null;
}
