/** A row's number in its source, from 1; if each split has its own source, with the split: `3 (test)`. */
export type RowIdentifier = number | string;
