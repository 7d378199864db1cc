/** What somebody wants to see of the table of runs. It stands by itself: the wire reads it, and loads nothing of the vocabulary. */

export type RunSortKey = "started" | "name" | "score" | "loss" | "seconds";
export const RUN_SORT_KEYS: readonly RunSortKey[] = ["started", "name", "score", "loss", "seconds"];
export interface RunView {
  /** Words that must all be there, in any of the run's texts; `tag:x` is a tag. */
  readonly filter: string;
  readonly limit: number;
  readonly sort: RunSortKey;
  /** The other way round than is usual for the column. */
  readonly reverse: boolean;
  /** Key of the score that is shown and ranked by; null: the newest evaluation's first. */
  readonly score: string | null;
  /** What scores are of, `reviews.test`; no others are shown or ranked by. Null: of each run's newest. */
  readonly on: string | null;
  /** Trials of a sweep under one row. */
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
