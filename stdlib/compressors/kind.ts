/** What makes an update smaller on its way. Several stand one after the other: the values that one keeps are what the next sees. */
import type { Call } from "#dsl/language/types/value.js";

/** Values of an update, of `length` in all. */
export interface SparseUpdate {
  readonly length: number;
  /** Places of the values, ascending; null: all of them, in order. */
  readonly places: Uint32Array | null;
  readonly values: Float32Array;
}
export interface CompressorImplementation {
  /** Values that stay; what is left out is added to the client's next update by whoever calls. Absent: all stay. */
  keep?(call: Call, update: SparseUpdate): SparseUpdate;
  /** How the values stand on the wire; the last one's counts. Absent: as f32. */
  readonly values?: {
    /** `random` gives numbers in [0, 1). */
    pack(call: Call, values: Float32Array, random: () => number): Uint8Array;
    open(call: Call, bytes: Uint8Array, count: number): Float32Array;
  };
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    compressor: CompressorImplementation;
  }
}
