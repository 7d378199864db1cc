/** Compression of a client's update for transmission, with the residual for its next update. */
import { unpackUpdate, packUpdate, type ConfiguredUpdateCompressor } from "#stdlib/compressors/shared/pack.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

export interface CompressedClientUpdate {
  /** The update as the server decompresses it. */
  readonly opened: Float32Array;
  /** Residual; null if there is none. */
  readonly left: Float32Array | null;
  readonly bytes: number;
  /** The encoded update; absent if it is sent uncompressed. */
  readonly sent?: Uint8Array;
}
/** `left`: residual of the client's earlier updates. */
export type ClientUpdateCompressor = (
  delta: Float32Array,
  left: Float32Array | null,
  context: { readonly client: number; readonly round: number },
) => CompressedClientUpdate;

/** The full update as f32. */
export const uncompressedUpdate: ClientUpdateCompressor = (delta) => ({
  opened: delta,
  left: null,
  bytes: delta.byteLength,
});

/** Random stream of stochastic rounding. */
const ROUNDED = 53;

export function updateCompressorOf(chain: readonly ConfiguredUpdateCompressor[], seed: number): ClientUpdateCompressor {
  if (chain.length === 0) return uncompressedUpdate;
  return (delta, left, { client, round }) => {
    const generator = seededRandom(seed, ROUNDED, client, round);
    const update = left ? delta.map((value, i) => value + (left[i] ?? 0)) : delta;
    const sent = packUpdate(update, chain, () => drawBelow(generator, 2 ** 24) / 2 ** 24);
    return {
      opened: unpackUpdate(sent.bytes, delta.length, chain),
      left: sent.left,
      bytes: sent.bytes.length,
      sent: sent.bytes,
    };
  };
}
