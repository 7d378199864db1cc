/** Rows of a split that lie elsewhere than in memory and are read as they are asked for. */
export abstract class StreamedRows {
  /** Where they lie. */
  abstract readonly folder: string;
  /** Of the split. */
  abstract readonly name: string;
  abstract readonly rows: number;
  /** Numbers in the order of the data's labels; null where there is no role `label`. */
  abstract readonly labels: Int32Array | null;
  /** Numbers of the rows in their source, from 1. */
  abstract readonly numbers: Int32Array;
  abstract has(role: string): boolean;
  /** One role's values of rows `from` … `to` − 1, read at once. */
  abstract values(role: string, from: number, to: number): unknown[];
}
