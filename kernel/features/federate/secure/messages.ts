/**
 * Messages between client and server in a masking round, as plain objects and as bytes: `u32` type, 32 bytes of the
 * round id, then its fields in order, little-endian. Lists are a `u32` count, then per client its index and bytes of a
 * known length.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { KEY_BYTES, SIGNATURE_BYTES, SEALING_TAG_BYTES, uint32sIn } from "./primitives.js";
import { toBase64, type MaskingRound } from "./round.js";
import { SHARE_BYTES } from "./shamir.js";

/** Bytes by client index, ascending. */
export type BytesByClient = ReadonlyMap<number, Uint8Array>;

/** Sealing key, masking key, and the node's signature of both. */
export const KEYS_BYTES = 2 * KEY_BYTES + SIGNATURE_BYTES;
const SEALED_BYTES = 2 * SHARE_BYTES + SEALING_TAG_BYTES;

export type ClientMessage =
  | { readonly is: "keys"; readonly keys: Uint8Array }
  /** A share of the masking key and one of the seed for each other client, and the seed's hash. */
  | { readonly is: "shares"; readonly seedHash: Uint8Array; readonly sealed: BytesByClient }
  | { readonly is: "input"; readonly words: Uint32Array }
  | { readonly is: "agreement"; readonly signature: Uint8Array }
  /** Seed shares of the summed clients, and masking-key shares of the others that shared secrets. */
  | { readonly is: "unmasking"; readonly seeds: BytesByClient; readonly keys: BytesByClient };
export type ServerMessage =
  | { readonly is: "roster"; readonly keys: BytesByClient }
  | { readonly is: "sealed"; readonly sealed: BytesByClient }
  | { readonly is: "survivors"; readonly clients: BytesByClient }
  | { readonly is: "agreed"; readonly signatures: BytesByClient };
export type MaskingMessage = ClientMessage | ServerMessage;

/** Format of each message's fields: fixed-size bytes, bytes by client, or the words of a vector. */
const FIELDS = {
  keys: { keys: { bytes: KEYS_BYTES } },
  roster: { keys: { each: KEYS_BYTES } },
  shares: { seedHash: { bytes: 32 }, sealed: { each: SEALED_BYTES } },
  sealed: { sealed: { each: SEALED_BYTES } },
  input: { words: "words" },
  survivors: { clients: { each: 0 } },
  agreement: { signature: { bytes: SIGNATURE_BYTES } },
  agreed: { signatures: { each: SIGNATURE_BYTES } },
  unmasking: { seeds: { each: SHARE_BYTES }, keys: { each: SHARE_BYTES } },
} as const;
type Field = { readonly bytes: number } | { readonly each: number } | "words";
type Value = Uint8Array | BytesByClient | Uint32Array;
const NAMES = Object.keys(FIELDS) as readonly MaskingMessage["is"][];
const fieldsOf = (is: MaskingMessage["is"]): readonly (readonly [name: string, field: Field])[] =>
  Object.entries(FIELDS[is]);

export function encodeMaskingMessage(round: MaskingRound, message: MaskingMessage): Uint8Array {
  const values = new Map<string, Value | string>(Object.entries(message));
  const parts: Uint8Array[] = [u32(NAMES.indexOf(message.is)), round.id];
  for (const [name] of fieldsOf(message.is)) {
    const value = values.get(name);
    if (value instanceof Map) {
      parts.push(u32(value.size));
      for (const [client, bytes] of value as BytesByClient) parts.push(u32(client), bytes);
    } else if (value instanceof Uint32Array)
      parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else parts.push(value as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Throws `secure-message` if it is not a message of this round. */
export function decodeMaskingMessage(round: MaskingRound, bytes: Uint8Array): MaskingMessage {
  const reader = new Reader(bytes, round);
  const is = NAMES[reader.u32()];
  if (is === undefined) throw maskingMessageError("it is not one of these");
  if (toBase64(reader.take(round.id.length)) !== toBase64(round.id))
    throw maskingMessageError("it belongs to another round");
  const message: Record<string, Value | string> = { is };
  for (const [name, field] of fieldsOf(is)) message[name] = reader.field(field);
  reader.end();
  return message as MaskingMessage;
}

export function maskingMessageError(why: string): CodedError<"secure-message"> {
  return new CodedError("secure-message", { why });
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

class Reader {
  private offset = 0;
  constructor(
    private readonly bytes: Uint8Array,
    private readonly round: MaskingRound,
  ) {}

  take(count: number): Uint8Array {
    if (this.offset + count > this.bytes.length) throw maskingMessageError("it is cut off");
    this.offset += count;
    return this.bytes.subarray(this.offset - count, this.offset);
  }
  u32(): number {
    const four = this.take(4);
    return new DataView(four.buffer, four.byteOffset).getUint32(0, true);
  }
  field(field: Field): Value {
    if (field === "words") return uint32sIn(this.take(4 * this.round.words));
    return "bytes" in field ? this.take(field.bytes) : this.each(field.each);
  }
  private each(length: number): BytesByClient {
    const { nodes } = this.round;
    const count = this.u32();
    if (count > nodes.length) throw maskingMessageError("it has more entries than there are clients");
    const each = new Map<number, Uint8Array>();
    let before = -1;
    for (let i = 0; i < count; i++) {
      const client = this.u32();
      if (client <= before || client >= nodes.length) throw maskingMessageError("its clients are not in order");
      before = client;
      each.set(client, this.take(length));
    }
    return each;
  }
  end(): void {
    if (this.offset !== this.bytes.length) throw maskingMessageError("it is too long");
  }
}
