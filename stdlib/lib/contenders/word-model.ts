import type { SparseRows } from "../tfidf/sparse.js";

/** A linear model over the words of rows: what it says of one as a model's head says it. */
export interface WordModel {
  readonly bytes: number;
  /** `logistic regression`. */
  readonly what: string;
  said(rows: SparseRows, row: number): Float32Array;
}
