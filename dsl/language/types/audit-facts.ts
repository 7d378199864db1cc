/** What stands in the texts and labels of a data set beside each other: leaks that are no exact ones, contradictions, labels told. */
import type { RowName } from "./row-name.js";

export interface DataAudit {
  /** For each split beside the one that trains: its texts that are nearly one of those, the likest first. */
  readonly near: readonly NearDuplicates[];
  readonly conflicts: LabelConflicts;
  /** Null: labels whose own words could not stand in a text (numbers, short ones), or none. */
  readonly told: LabelLeaks | null;
  /** Values of the role `group` that stand in several splits; null: no such role. */
  readonly groups: { readonly shared: number; readonly of: number; readonly some: readonly string[] } | null;
  /** Of the role `score`. */
  readonly scores: ScoreFacts | null;
  /** What a person would want to look at, the most urgent first; absent: not looked for. */
  readonly findings?: readonly AuditFinding[];
  /** Null: the data hold no texts; absent: not looked at. */
  readonly languages?: LanguageFacts | null;
}
/** Kinds of findings, in the order in which they are shown. */
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
/** Something that stands in the rows and may be wrong: none of it keeps data from training. */
export interface AuditFinding {
  readonly what: (typeof FINDING_KINDS)[number];
  /** Rows, of those that were looked at. */
  readonly rows: number;
  readonly of: number;
  /** What is odd with them. */
  readonly says: string;
  /** What mends it: a word to write, or what else to do. */
  readonly mend: string;
  /** Some of the rows. */
  readonly examples: readonly FindingRow[];
}
export interface FindingRow {
  readonly row: RowName;
  readonly split: string;
  /** The part of its text that matters. */
  readonly text: string;
  readonly label?: string;
}
/** In which languages the texts are. Of many rows some are looked at, evenly over each split. */
export interface LanguageFacts {
  readonly splits: readonly SplitLanguages[];
}
export interface SplitLanguages {
  readonly split: string;
  /** Rows of the split, and those that were looked at. */
  readonly of: number;
  readonly rows: number;
  /** Rows whose text is too short to tell, of those that were looked at. */
  readonly untold: number;
  /** By their codes of ISO 639-1 and names, the most frequent first. */
  readonly languages: readonly { readonly code: string; readonly name: string; readonly count: number }[];
}
export interface ScoreFacts {
  readonly least: number;
  readonly greatest: number;
  /** The first row that has the score furthest from 0. */
  readonly furthest?: RowName;
  readonly outlying?: OutlyingScores;
  /** Different scores in ascending order, where there are at most ten. */
  readonly values?: readonly number[];
  /** Of the rows that train. */
  readonly trained?: {
    readonly least: number;
    readonly greatest: number;
    readonly mean: number;
    /** Standard deviation. */
    readonly spread: number;
  };
}
/** A few scores that are far from all others and make a large share of the variance. */
export interface OutlyingScores {
  /** The furthest first. */
  readonly rows: readonly { readonly row: RowName; readonly score: number }[];
  /** How many there are, where these are some of them. */
  readonly count?: number;
  /** Their share of the variance of all scores. */
  readonly share: number;
  /** Number of all scores. */
  readonly of: number;
  /** Further scores at the ends that may be impossible: apart from the rest, or the only ones below 0. */
  readonly doubtful?: readonly { readonly row: RowName; readonly score: number }[];
  /** The range of all scores but these. */
  readonly least: number;
  readonly greatest: number;
}
export interface NearDuplicates {
  readonly split: string;
  readonly rows: number;
  /** A few of them. */
  readonly pairs: readonly NearDuplicatePair[];
}
export interface NearDuplicatePair {
  readonly row: RowName;
  readonly text: string;
  readonly trained: { readonly row: RowName; readonly text: string };
  /** Share of their common runs of letters, 1: the same but for punctuation. */
  readonly likeness: number;
  /** Personal data is masked in both: they may have differed there. */
  readonly masked?: true;
}
/** Texts that stand several times with different labels. */
export interface LabelConflicts {
  readonly texts: number;
  /** Rows of these texts. */
  readonly rows: number;
  readonly examples: readonly {
    readonly text: string;
    readonly labels: readonly string[];
    readonly rows: readonly RowName[];
    /** How many of both there are; absent: all are named. */
    readonly of?: { readonly labels: number; readonly rows: number };
  }[];
}
/** Rows in whose text the words of a label stand. */
export interface LabelLeaks {
  readonly rows: number;
  /** Of them: rows where it is their own label. */
  readonly own: number;
  /** All rows with a label. */
  readonly of: number;
  readonly example: { readonly row: RowName; readonly label: string; readonly text: string } | null;
}
