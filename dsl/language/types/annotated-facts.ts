/** What people decided about the rows of a data set, counted. */
export interface AnnotatedFacts {
  /** Where the decisions lie. */
  readonly file: string;
  /** Rows that anybody labelled, dropped or skipped. */
  readonly rows: number;
  /** Who, and how many rows each, most first. */
  readonly by: readonly { readonly annotator: string; readonly rows: number }[];
  /** Rows whose label is another one than the source's. */
  readonly changed: number;
  /** Rows that had no label. */
  readonly labelled: number;
  readonly dropped: number;
  /** Rows that have no label yet: they are left out. */
  readonly waiting: number;
  /** Rows on which annotators disagree, as many for each: the source's label stays. */
  readonly ties: number;
  /** Decisions whose row is no longer there: its text changed, or it went. */
  readonly lost: number;
  /** Lines of the file that can't be read. */
  readonly unread: number;
}
