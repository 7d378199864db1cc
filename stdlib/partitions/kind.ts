/** Interfaces of partitions: they divide the rows of one data set among clients, to simulate decentralized data. */
import type { Call } from "#dsl/language/types/value.js";

export interface ClientPart {
  /** Name of the client: a number from 1, or the common value of its rows. */
  readonly name: string;
  /** Indices of its rows in the split, ascending. Every row belongs to exactly one client. */
  readonly rows: Uint32Array;
}
export interface PartitionImplementation {
  /**
   * Divides the rows. `values`: the text value per row to partition by (`PartitionCapabilities.partitionedBy`); null if there is
   * none. The same rows, call and seed give the same clients. Throws a coded error if a client would have no row.
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
