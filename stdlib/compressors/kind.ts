/**
 * Compressors make a client's update smaller for transfer. Several form a chain: each receives the values that the
 * previous one retained.
 */
import type { Call } from "#dsl/language/types/value.js";

/** Retained values of an update with `length` values in total. */
export interface SparseUpdate {
  readonly length: number;
  /** Positions of the values, ascending; null if all values are present in order. */
  readonly places: Uint32Array | null;
  readonly values: Float32Array;
}
export interface CompressorImplementation {
  /**
   * Selects the values to retain. The caller adds the rest to the client's next update. If not defined, all are
   * retained.
   */
  keep?(call: Call, update: SparseUpdate): SparseUpdate;
  /** Encoding of the values on the wire; the last compressor with one decides. Defaults to f32. */
  readonly values?: {
    /** Encodes the values; `random` returns numbers in [0, 1). */
    pack(call: Call, values: Float32Array, random: () => number): Uint8Array;
    open(call: Call, bytes: Uint8Array, count: number): Float32Array;
  };
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    compressor: CompressorImplementation;
  }
}
