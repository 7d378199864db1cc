/**
 * What client and server say in a round, as plain objects and as bytes: `u32` which, 32 bytes of the round, then its fields in
 * order, little-endian. Lists are `u32` how many, then for each the client's place and bytes of a length that is known.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { KEY_BYTES, SIGNATURE_BYTES, TAG_BYTES, wordsIn } from "./primitives.js";
import { asText, type Round } from "./round.js";
import { SHARE_BYTES } from "./shamir.js";

/** Bytes by a client's place, in the order of places. */
export type Each = ReadonlyMap<number, Uint8Array>;

/** For sealing, for masks, and the node's signature of both. */
export const KEYS_BYTES = 2 * KEY_BYTES + SIGNATURE_BYTES;
const SEALED_BYTES = 2 * SHARE_BYTES + TAG_BYTES;

/** What a client says. */
export type Said =
  | { readonly is: "keys"; readonly keys: Uint8Array }
  /** To each other client a share of the masking key and one of the seed; and the seed's hash. */
  | { readonly is: "shares"; readonly seedHash: Uint8Array; readonly sealed: Each }
  | { readonly is: "input"; readonly words: Uint32Array }
  | { readonly is: "agreement"; readonly signature: Uint8Array }
  /** Of those that are summed shares of the seed, of the others that shared secrets those of the masking key. */
  | { readonly is: "unmasking"; readonly seeds: Each; readonly keys: Each };
/** What it is told. */
export type Told =
  | { readonly is: "roster"; readonly keys: Each }
  | { readonly is: "sealed"; readonly sealed: Each }
  | { readonly is: "survivors"; readonly clients: Each }
  | { readonly is: "agreed"; readonly signatures: Each };
export type Message = Said | Told;

/** Fields of each: so many bytes, bytes by client, or the words of a vector. */
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
type Value = Uint8Array | Each | Uint32Array;
const NAMES = Object.keys(FIELDS) as readonly Message["is"][];
const fieldsOf = (is: Message["is"]): readonly (readonly [name: string, field: Field])[] => Object.entries(FIELDS[is]);

export function encode(round: Round, message: Message): Uint8Array {
  const values = new Map<string, Value | string>(Object.entries(message));
  const parts: Uint8Array[] = [u32(NAMES.indexOf(message.is)), round.id];
  for (const [name] of fieldsOf(message.is)) {
    const value = values.get(name);
    if (value instanceof Map) {
      parts.push(u32(value.size));
      for (const [client, bytes] of value as Each) parts.push(u32(client), bytes);
    } else if (value instanceof Uint32Array)
      parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else parts.push(value as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** `secure-message` where it is none of this round. */
export function decode(round: Round, bytes: Uint8Array): Message {
  const reader = new Reader(bytes, round);
  const is = NAMES[reader.u32()];
  if (is === undefined) throw unreadable("it is none of these");
  if (asText(reader.take(round.id.length)) !== asText(round.id)) throw unreadable("it belongs to another round");
  const message: Record<string, Value | string> = { is };
  for (const [name, field] of fieldsOf(is)) message[name] = reader.field(field);
  reader.end();
  return message as Message;
}

export function unreadable(why: string): CodedError<"secure-message"> {
  return new CodedError("secure-message", { why });
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

class Reader {
  private at = 0;
  constructor(
    private readonly bytes: Uint8Array,
    private readonly round: Round,
  ) {}

  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw unreadable("it is cut off");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
  u32(): number {
    const four = this.take(4);
    return new DataView(four.buffer, four.byteOffset).getUint32(0, true);
  }
  field(field: Field): Value {
    if (field === "words") return wordsIn(this.take(4 * this.round.words));
    return "bytes" in field ? this.take(field.bytes) : this.each(field.each);
  }
  private each(length: number): Each {
    const { nodes } = this.round;
    const count = this.u32();
    if (count > nodes.length) throw unreadable("it has more entries than there are clients");
    const each = new Map<number, Uint8Array>();
    let before = -1;
    for (let i = 0; i < count; i++) {
      const client = this.u32();
      if (client <= before || client >= nodes.length) throw unreadable("its clients are not in order");
      before = client;
      each.set(client, this.take(length));
    }
    return each;
  }
  end(): void {
    if (this.at !== this.bytes.length) throw unreadable("it is too long");
  }
}
