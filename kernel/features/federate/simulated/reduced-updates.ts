/** How a client's update goes over the wire, and what of it is left for its next. */
import { opened, packed, type Compressor } from "#stdlib/compressors/shared/pack.js";
import { chance, draw } from "#stdlib/statistics/chance.js";

export interface Packed {
  /** As the server opens it. */
  readonly opened: Float32Array;
  /** What was left out; null: nothing. */
  readonly left: Float32Array | null;
  readonly bytes: number;
  /** As it goes; absent: as it is. */
  readonly sent?: Uint8Array;
}
/** `left`: what earlier updates of the client left out. */
export type Smaller = (
  delta: Float32Array,
  left: Float32Array | null,
  of: { readonly client: number; readonly round: number },
) => Packed;

/** All of it, as f32. */
export const whole: Smaller = (delta) => ({ opened: delta, left: null, bytes: delta.byteLength });

/** What rounds by chance is of its own. */
const ROUNDED = 53;

/** By compressors, one after the other. */
export function smallerBy(chain: readonly Compressor[], seed: number): Smaller {
  if (chain.length === 0) return whole;
  return (delta, left, { client, round }) => {
    const generator = chance(seed, ROUNDED, client, round);
    const update = left ? delta.map((value, i) => value + (left[i] ?? 0)) : delta;
    const sent = packed(update, chain, () => draw(generator, 2 ** 24) / 2 ** 24);
    return {
      opened: opened(sent.bytes, delta.length, chain),
      left: sent.left,
      bytes: sent.bytes.length,
      sent: sent.bytes,
    };
  };
}
