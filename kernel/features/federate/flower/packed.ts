/**
 * The byte format of messages: `u32` length of a JSON head, the head, then the vectors, little-endian, in the order in
 * which the head names them.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { objectWith, parseJsonAs, wholeNumber, type Schema } from "#kernel/fetch/json.js";

export type Vector = Uint8Array | Float32Array | Float64Array;
export type NamedVectors = Readonly<Record<string, Vector>>;
export interface UnpackedMessage<H> {
  readonly head: H;
  readonly vectors: NamedVectors;
}
/** Maximum bytes of a head. */
export const MAX_HEAD_BYTES = 65_536;

export function packHeadAndVectors(head: object, vectors: NamedVectors): Uint8Array {
  const named = Object.entries(vectors);
  const places = named.map(([name, values]) => [name, values.BYTES_PER_ELEMENT, values.length] as const);
  const bytes = Buffer.from(JSON.stringify({ head, vectors: places }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const bodies = named.map(([, values]) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return new Uint8Array(Buffer.concat([length, bytes, ...bodies]));
}

export const unreadableMessageError = (why: string): CodedError<"flower-said"> =>
  new CodedError("flower-said", { why });
const places = v.pipe(v.array(v.tuple([v.string(), v.picklist([1, 4, 8]), wholeNumber()])), v.maxLength(100));
const MADE = {
  1: (bytes: Uint8Array) => bytes,
  4: (bytes: Uint8Array) => new Float32Array(bytes.buffer),
  8: (bytes: Uint8Array) => new Float64Array(bytes.buffer),
} as const;

/** Throws `flower-said` for an invalid message. */
export function unpackHeadAndVectors<T>(bytes: Uint8Array, schema: Schema<T>): UnpackedMessage<T> {
  if (bytes.length < 4) throw unreadableMessageError("it is cut off");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > MAX_HEAD_BYTES || length + 4 > bytes.length) throw unreadableMessageError("it has no head");
  let parsed: { readonly head: T; readonly vectors: v.InferOutput<typeof places> };
  try {
    const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
    parsed = parseJsonAs(text, objectWith({ head: schema, vectors: places }));
  } catch (error) {
    throw new CodedError("flower-said", { why: "its head is not as it should be" }, { cause: error });
  }
  let offset = 4 + length;
  const vectors: [string, Vector][] = [];
  for (const [name, size, count] of parsed.vectors) {
    const end = offset + size * count;
    if (end > bytes.length) throw unreadableMessageError("it is cut off");
    // A copy, because multi-byte values are not aligned.
    vectors.push([name, MADE[size](new Uint8Array(bytes.subarray(offset, end)))]);
    offset = end;
  }
  if (offset !== bytes.length) throw unreadableMessageError("it is too long");
  return { head: parsed.head, vectors: Object.fromEntries(vectors) };
}

export function requireFloats(vectors: NamedVectors, name: string): Float32Array {
  const found = vectors[name];
  if (!(found instanceof Float32Array)) throw unreadableMessageError(`it has no ${name}`);
  return found;
}
export function requireBytes(vectors: NamedVectors, name: string): Uint8Array {
  const found = vectors[name];
  if (!(found instanceof Uint8Array)) throw unreadableMessageError(`it has no ${name}`);
  return found;
}
