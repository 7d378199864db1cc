/** How a client's update goes over the wire, and what of it is left for the next. */

export interface Packed {
  /** As the server opens it. */
  readonly opened: Float32Array;
  /** What was left out; null: nothing. */
  readonly left: Float32Array | null;
  readonly bytes: number;
}
/** `left`: what earlier updates of the client left out. */
export type Smaller = (
  delta: Float32Array,
  left: Float32Array | null,
  of: { readonly client: number; readonly round: number },
) => Packed;

/** All of it, as f32. */
export const whole: Smaller = (delta) => ({ opened: delta, left: null, bytes: delta.byteLength });
