/**
 * Encodes positions of values: as one bit per position, or as gaps in LEB128 (seven bits per byte), whichever is
 * smaller. Each encoding is unique, so that any other bytes are rejected.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** @param places ascending */
export function bitmapOfPlaces(places: Uint32Array, length: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8));
  for (const place of places) bits[place >> 3]! |= 1 << (place & 7);
  return bits;
}

/** @param places ascending */
export function placesToGaps(places: Uint32Array): Uint8Array {
  const bytes: number[] = [];
  let next = 0;
  for (const place of places) {
    let gap = place - next;
    while (gap > 127) {
      bytes.push((gap & 127) | 128);
      gap >>>= 7;
    }
    bytes.push(gap);
    next = place + 1;
  }
  return Uint8Array.from(bytes);
}

/** Reads positions from bits. Coded error `update-unread` unless there are exactly `count` of them. */
export function placesFromBits(bits: Uint8Array, count: number, length: number): Uint32Array {
  const places = new Uint32Array(count);
  let filled = 0;
  for (let place = 0; place < bits.length * 8; place++) {
    if (((bits[place >> 3]! >> (place & 7)) & 1) === 0) continue;
    if (place >= length || filled === count)
      throw unreadableUpdateError("its marked positions differ from the declared ones");
    places[filled++] = place;
  }
  if (filled < count) throw unreadableUpdateError("its marked positions differ from the declared ones");
  return places;
}

/** Returns the first `count` positions and the number of bytes they took. Coded error `update-unread`. */
export function placesFromGaps(
  bytes: Uint8Array,
  count: number,
  length: number,
): { readonly places: Uint32Array; readonly bytes: number } {
  const places = new Uint32Array(count);
  let [offset, next] = [0, 0];
  for (let k = 0; k < count; k++) {
    let [gap, shift] = [0, 0];
    for (;;) {
      const byte = bytes[offset++];
      if (byte === undefined) throw unreadableUpdateError("it ends among its places");
      if (shift > 28 || (shift > 0 && byte === 0))
        throw unreadableUpdateError("a gap between places is written in too many bytes");
      gap += (byte & 127) * 2 ** shift;
      shift += 7;
      if (byte < 128) break;
    }
    const place = next + gap;
    if (place >= length) throw unreadableUpdateError("a position is beyond its end");
    places[k] = place;
    next = place + 1;
  }
  return { places, bytes: offset };
}

export const unreadableUpdateError = (why: string): CodedError => new CodedError("update-unread", { why });
