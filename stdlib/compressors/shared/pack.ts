/**
 * Packs an update with a chain of compressors, and unpacks it. The bytes are: the encoding of the positions (one byte:
 * 0 all values, 1 gaps, 2 bits) and the update's length (u32). Unless all values are present, the number of values
 * (u32) and their positions follow. Then come the values, encoded by the last compressor that defines an encoding, else
 * as f32. Numbers are little-endian.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CompressorImplementation, SparseUpdate } from "../kind.js";
import { bitmapOfPlaces, placesToGaps, placesFromBits, placesFromGaps, unreadableUpdateError } from "./places.js";

export interface ConfiguredUpdateCompressor {
  readonly call: Call;
  readonly implementation: CompressorImplementation;
}

const ALL = 0;
const GAPS = 1;
const BITS = 2;
/** Bytes of the header: the encoding of the positions, and the length. */
const HEAD = 5;

/**
 * Packs an update. `left`: the update minus what the receiver decodes; the caller adds it to the next update, so that
 * nothing is lost. `random` returns numbers in [0, 1). Coded error `update-not-finite`.
 */
export function packUpdate(
  update: Float32Array,
  chain: readonly ConfiguredUpdateCompressor[],
  random: () => number,
): { readonly bytes: Uint8Array; readonly left: Float32Array } {
  const odd = update.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (odd > 0) throw new CodedError("update-not-finite", { count: odd, of: update.length });
  const sparse = chain.reduce<SparseUpdate>(
    (now, { call, implementation }) => implementation.keep?.(call, now) ?? now,
    {
      length: update.length,
      places: null,
      values: update,
    },
  );
  const last = writerOf(chain);
  const values = last ? last.values.pack(last.call, sparse.values, random) : bytesOf(sparse.values);
  const bytes = joined([...headOf(sparse), values]);
  const seen = unpackUpdate(bytes, update.length, chain);
  return { bytes, left: update.map((value, index) => value - seen[index]!) };
}

/**
 * Returns all `length` values of an update, with 0 for values that were not sent. Coded error `update-unread` for bytes
 * that `packUpdate` never writes.
 */
export function unpackUpdate(
  bytes: Uint8Array,
  length: number,
  chain: readonly ConfiguredUpdateCompressor[],
): Float32Array {
  const { places, count, rest } = placesIn(bytes, length);
  const last = writerOf(chain);
  const values = last ? last.values.open(last.call, rest, count) : floatsOf(rest, count);
  if (values.length !== count) throw unreadableUpdateError("its number of values differs from the declared number");
  if (!values.every(Number.isFinite)) throw unreadableUpdateError("one of its values is no number");
  if (places === null) return values;
  if (!chain.some(({ implementation }) => implementation.keep))
    throw unreadableUpdateError("it omits values, but its plan does not");
  const all = new Float32Array(length);
  places.forEach((place, k) => (all[place] = values[k]!));
  return all;
}

/** Returns the last compressor that defines an encoding of values. */
function writerOf(chain: readonly ConfiguredUpdateCompressor[]) {
  for (const { call, implementation } of [...chain].reverse())
    if (implementation.values) return { call, values: implementation.values };
  return null;
}

function headOf({ length, places }: SparseUpdate): readonly Uint8Array[] {
  const head = new DataView(new ArrayBuffer(places === null ? HEAD : HEAD + 4));
  head.setUint32(1, length, true);
  if (places === null) return [new Uint8Array(head.buffer)];
  const [gaps, bits] = [placesToGaps(places), bitmapOfPlaces(places, length)];
  const small = gaps.length <= bits.length;
  head.setUint8(0, small ? GAPS : BITS);
  head.setUint32(HEAD, places.length, true);
  return [new Uint8Array(head.buffer), small ? gaps : bits];
}

/** Reads the positions of the values; null if all values are present. */
function placesIn(
  bytes: Uint8Array,
  length: number,
): { readonly places: Uint32Array | null; readonly count: number; readonly rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD) throw unreadableUpdateError("it has hardly begun when it ends");
  const [form, statedLength] = [view.getUint8(0), view.getUint32(1, true)];
  if (statedLength !== length)
    throw unreadableUpdateError(`it is of ${String(statedLength)} values, and the plan's are ${String(length)}`);
  if (form === ALL) return { places: null, count: length, rest: bytes.subarray(HEAD) };
  if ((form !== GAPS && form !== BITS) || bytes.length < HEAD + 4)
    throw unreadableUpdateError("it starts with unknown bytes");
  const count = view.getUint32(HEAD, true);
  if (count > length) throw unreadableUpdateError(`it declares ${String(count)} values of ${String(length)}`);
  const body = bytes.subarray(HEAD + 4);
  if (form === GAPS) {
    const found = placesFromGaps(body, count, length);
    return { places: found.places, count, rest: body.subarray(found.bytes) };
  }
  const size = Math.ceil(length / 8);
  if (body.length < size) throw unreadableUpdateError("it ends among its places");
  return { places: placesFromBits(body.subarray(0, size), count, length), count, rest: body.subarray(size) };
}

function bytesOf(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => view.setFloat32(index * 4, value, true));
  return new Uint8Array(view.buffer);
}
function floatsOf(bytes: Uint8Array, count: number): Float32Array {
  if (bytes.length !== count * 4)
    throw unreadableUpdateError(
      `${String(count)} values take ${String(count * 4)} bytes, but it has ${String(bytes.length)}`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: count }, (_, index) => view.getFloat32(index * 4, true));
}
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
