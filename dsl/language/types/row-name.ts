/** A row's number in its source, from 1; where each split has a source of its own, with the split: `3 (test)`. */
export type RowName = number | string;
