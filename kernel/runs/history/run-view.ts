/**
 * View settings of the table of runs. A separate module, so that the wire code can read it without loading the
 * vocabulary.
 */

export type RunSortKey = "started" | "name" | "score" | "loss" | "seconds";
export const RUN_SORT_KEYS: readonly RunSortKey[] = ["started", "name", "score", "loss", "seconds"];
export interface RunView {
  /** Words that must all occur in the run's texts; `tag:x` matches a tag. */
  readonly filter: string;
  readonly limit: number;
  readonly sort: RunSortKey;
  /** Reverses the column's default order. */
  readonly reverse: boolean;
  /** Key of the score to show and rank by; null selects the newest evaluation's first. */
  readonly score: string | null;
  /** Data set of the scores, `reviews.test`; others are neither shown nor ranked. Null shows each run's newest. */
  readonly on: string | null;
  /** Whether trials of a sweep are grouped in one row. */
  readonly fold: boolean;
  /** Keys of the sweeps whose trials are shown. */
  readonly open: readonly string[];
}

export const defaultRunView: RunView = {
  filter: "",
  limit: 100,
  sort: "started",
  reverse: false,
  score: null,
  on: null,
  fold: true,
  open: [],
};
