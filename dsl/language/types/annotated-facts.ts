/** Counts of people's decisions on the rows of a data set. */
export interface AnnotationFacts {
  /** File with the decisions. */
  readonly file: string;
  /** Rows that someone labelled, dropped or skipped. */
  readonly rows: number;
  /** Annotators with their row counts, most first. */
  readonly by: readonly { readonly annotator: string; readonly rows: number }[];
  /** Rows whose label differs from the source's. */
  readonly changed: number;
  /** Rows that had no label before. */
  readonly labelled: number;
  readonly dropped: number;
  /** Rows without a label, which are left out. */
  readonly waiting: number;
  /** Rows on which annotators are tied: the source's label is used. */
  readonly ties: number;
  /** Decisions whose row no longer exists: its text changed or it was removed. */
  readonly lost: number;
  /** Unreadable lines of the file. */
  readonly unread: number;
}
