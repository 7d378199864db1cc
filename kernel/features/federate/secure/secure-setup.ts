/**
 * The first message of a secure sum to a remote client: the round, its clients and the terms. Bytes: `u32` that no
 * other message has, `u32` round, `u32` the client's index, `u32` threshold, `u32` values, `u32` bits, `f64` range, 16
 * bytes of the session, 32 of the hash of the instruction that the vectors belong to, `u32` number of nodes, and their
 * keys. All later messages are those of `messages.ts`.
 */
import { KEY_BYTES } from "./primitives.js";
import { maskingMessageError } from "./messages.js";
import type { SecureRoundTerms } from "./round.js";

export interface MaskingStartMessage {
  /** Round of the federation in which the client computed its vector. */
  readonly round: number;
  /** Index of this client among the nodes. */
  readonly place: number;
  readonly terms: SecureRoundTerms;
}

const BEGIN = 0x6e69_6762;
const HEAD = 32;
const SESSION = 16;
const ORDER = 32;
/** Offset of the nodes. */
const FIXED = HEAD + SESSION + ORDER;
/** Maximum nodes of a sum. */
const MOST = 10_000;

export function encodeMaskingStart({ round, place, terms }: MaskingStartMessage): Uint8Array {
  const head = Buffer.alloc(HEAD);
  for (const [i, value] of [BEGIN, round, place, terms.threshold, terms.values, terms.bits].entries())
    head.writeUInt32LE(value, 4 * i);
  head.writeDoubleLE(terms.range, 24);
  const counts = Buffer.alloc(4);
  counts.writeUInt32LE(terms.nodes.length);
  return new Uint8Array(Buffer.concat([head, terms.session, terms.order, counts, ...terms.nodes]));
}

export function isMaskingStart(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === BEGIN;
}

/** Throws `secure-message` for an invalid message. */
export function decodeMaskingStart(bytes: Uint8Array): MaskingStartMessage {
  if (!isMaskingStart(bytes) || bytes.length < FIXED + 4) throw maskingMessageError("it is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [round = 0, place = 0, threshold = 0, values = 0, bits = 0] = [4, 8, 12, 16, 20].map((offset) =>
    view.getUint32(offset, true),
  );
  const count = view.getUint32(FIXED, true);
  const start = FIXED + 4;
  if (count > MOST || bytes.length !== start + count * KEY_BYTES)
    throw maskingMessageError("it has another number of nodes");
  if (bits !== 32 && bits !== 64) throw maskingMessageError("its integers have a different size");
  if (place >= count) throw maskingMessageError("there is no such index");
  const nodes = Array.from({ length: count }, (_, i) =>
    bytes.slice(start + i * KEY_BYTES, start + (i + 1) * KEY_BYTES),
  );
  const session = bytes.slice(HEAD, HEAD + SESSION);
  const order = bytes.slice(HEAD + SESSION, FIXED);
  const range = view.getFloat64(24, true);
  return { round, place, terms: { session, order, nodes, threshold, values, range, bits } };
}
