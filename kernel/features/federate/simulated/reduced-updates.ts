/** How a client's update goes over the wire, and what of it is left for its next. */
import { unpackUpdate, packUpdate, type ConfiguredCompressor } from "#stdlib/compressors/shared/pack.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

export interface ReducedUpdate {
  /** As the server opens it. */
  readonly opened: Float32Array;
  /** What was left out; null: nothing. */
  readonly left: Float32Array | null;
  readonly bytes: number;
  /** As it goes; absent: as it is. */
  readonly sent?: Uint8Array;
}
/** `left`: what earlier updates of the client left out. */
export type UpdateReducer = (
  delta: Float32Array,
  left: Float32Array | null,
  context: { readonly client: number; readonly round: number },
) => ReducedUpdate;

/** All of it, as f32. */
export const unreducedUpdate: UpdateReducer = (delta) => ({ opened: delta, left: null, bytes: delta.byteLength });

/** What rounds by chance is of its own. */
const ROUNDED = 53;

/** By compressors, one after the other. */
export function updateReducerFor(chain: readonly ConfiguredCompressor[], seed: number): UpdateReducer {
  if (chain.length === 0) return unreducedUpdate;
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
