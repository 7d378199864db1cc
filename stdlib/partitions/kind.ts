/** How the rows of one data set are given to clients, to see what data that are apart do to a training. */
import type { Call } from "#dsl/language/types/value.js";

export interface ClientPart {
  /** What the client is called: a number from 1, or the value that its rows have. */
  readonly name: string;
  /** Rows of the split, in its order. Every row is of one client. */
  readonly rows: Uint32Array;
}
export interface PartitionImplementation {
  /**
   * `values`: of each row what the call parts by (`PartitionCapabilities.by`), as text; null: it parts by nothing. The same rows,
   * call and seed give the same clients. Coded errors where a client would have no row.
   */
  part(
    call: Call,
    split: { readonly rows: number; readonly values: readonly string[] | null; readonly seed: number },
  ): readonly ClientPart[];
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    partition: PartitionImplementation;
  }
}
