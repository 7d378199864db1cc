/** Parties of a secure sum, and replacements for parts of their cryptography that are slow or random. */
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { MaskingClient } from "#kernel/features/federate/secure/client.js";
import type { MaskingPhase } from "#kernel/features/federate/secure/codes.js";
import { addWords } from "#kernel/features/federate/secure/fixed-point.js";
import type { ClientMessage, ServerMessage } from "#kernel/features/federate/secure/messages.js";
import {
  cryptoPrimitives,
  rawPublicKey,
  uint32sIn,
  type CryptoPrimitives,
} from "#kernel/features/federate/secure/primitives.js";
import { minSecureSumThreshold, type SecureRoundTerms } from "#kernel/features/federate/secure/round.js";
import { MaskingServer } from "#kernel/features/federate/secure/server.js";

export const PARTS: readonly MaskingPhase[] = ["keys", "shares", "input", "agreement", "unmasking"];

const made = Array.from({ length: 12 }, () => generateKeyPairSync("ed25519"));
const nodes = made.map(({ publicKey }) => rawPublicKey(publicKey));
export const nodeKey = (client: number): KeyObject => made[client]!.privateKey;
export function termsFor(clients: number, values: number, more: Partial<SecureRoundTerms> = {}): SecureRoundTerms {
  return {
    session: new Uint8Array(16),
    order: new Uint8Array(32),
    nodes: nodes.slice(0, clients),
    threshold: minSecureSumThreshold(clients),
    values,
    range: 1,
    bits: 32,
    ...more,
  };
}

class ClientWith extends MaskingClient {
  using: CryptoPrimitives = cryptoPrimitives;
  protected override get by(): CryptoPrimitives {
    return this.using;
  }
}
class ServerWith extends MaskingServer {
  using: CryptoPrimitives = cryptoPrimitives;
  protected override get by(): CryptoPrimitives {
    return this.using;
  }
}
export interface Parties {
  readonly server: MaskingServer;
  readonly clients: readonly MaskingClient[];
}
/** Calls `using` once for each party; the server is the last. */
export function partiesOf(
  terms: SecureRoundTerms,
  vectors: readonly Float64Array[],
  using: (party: number) => CryptoPrimitives = () => cryptoPrimitives,
): Parties {
  const clients = vectors.map((values, i) => {
    const client = new ClientWith(terms, i, nodeKey(i), values);
    client.using = using(i);
    return client;
  });
  const server = new ServerWith(terms);
  server.using = using(vectors.length);
  return { server, clients };
}

/** Changes or drops messages in transit; null means that the message is lost. */
export interface Ways {
  up?(said: ClientMessage, from: number): ClientMessage | null;
  down?(told: ServerMessage, to: number): ServerMessage | null;
}

/** Delivers all messages until the sum is complete or a party aborts. */
export function carried(
  { server, clients }: Parties,
  drops: ReadonlyMap<number, MaskingPhase> = new Map(),
  ways: Ways = {},
) {
  let told: ReadonlyMap<number, ServerMessage | null> = new Map(clients.map((_, i) => [i, null]));
  for (const at of PARTS.keys()) {
    for (const [i, message] of told) {
      const gone = drops.get(i);
      if (gone !== undefined && PARTS.indexOf(gone) <= at) continue;
      const heard = message && (ways.down ? ways.down(message, i) : message);
      if (message && !heard) continue;
      const said = heard ? clients[i]!.answer(heard) : clients[i]!.begin();
      const arrives = ways.up ? ways.up(said, i) : said;
      if (arrives) server.take(i, arrives);
    }
    told = server.close();
  }
  return server.result!;
}

/**
 * Cheap stand-ins that follow the same laws as the real primitives: both sides of a pair agree, and seals open only
 * with their key.
 */
export function light(random: () => number): CryptoPrimitives {
  const bytes = (count: number): Uint8Array => {
    const drawn = new Uint8Array(count);
    for (let i = 0; i < count; i++) drawn[i] = Math.floor(random() * 256);
    return drawn;
  };
  const sum = (of: Uint8Array, from: number): number => {
    let value = from;
    for (let i = 0; i < of.length; i++) value = (value * 31 + of[i]!) % 251;
    return value;
  };
  const tag = (key: Uint8Array, about: Uint8Array): number => sum(about, sum(key, 7));
  return {
    ...cryptoPrimitives,
    random: bytes,
    pair: () => {
      const privateKey = bytes(32);
      return { privateKey, publicKey: new Uint8Array(privateKey) };
    },
    publicOf: (key) => new Uint8Array(key),
    agree: (own, theirs) => own.map((byte, i) => byte ^ theirs[i]!),
    derive: (shared, _salt, use) => shared.map((byte, i) => byte ^ use.charCodeAt(i % use.length)),
    seal(key, about, text) {
      const sealed = new Uint8Array(text.length + 16).fill(tag(key, about));
      sealed.set(text);
      return sealed;
    },
    open: (key, about, sealed) => (sealed.at(-1) === tag(key, about) ? sealed.slice(0, -16) : null),
    mask: (total, seed, sign, bits) => {
      let state = new DataView(seed.buffer, seed.byteOffset).getUint32(0, true) | 1;
      const more = new Uint32Array(total.length);
      for (let i = 0; i < more.length; i++)
        more[i] = state = (Math.imul(state, 1664525) + 1013904223 + seed[i % 32]!) >>> 0;
      addWords(total, more, sign, bits);
    },
    sign: (_key, text) => new Uint8Array(64).fill(sum(text, 3)),
    verify: (_node, text, signature) => signature[0] === sum(text, 3),
  };
}

/** The real primitives, with randomness derived from a name, and with masks that `maskOf` returns for a seed. */
export function decided(name: string, maskOf: (seed: Uint8Array, words: number) => Uint32Array): CryptoPrimitives {
  let drawn = 0;
  const random = (count: number): Uint8Array => {
    const parts: Buffer[] = [];
    while (32 * parts.length < count)
      parts.push(
        createHash("sha256")
          .update(`${name} ${String(drawn++)}`)
          .digest(),
      );
    return new Uint8Array(Buffer.concat(parts).subarray(0, count));
  };
  return {
    ...cryptoPrimitives,
    random,
    pair: () => {
      const privateKey = random(32);
      return { privateKey, publicKey: cryptoPrimitives.publicOf(privateKey) };
    },
    mask: (sum, seed, sign, bits) => {
      addWords(sum, maskOf(seed, sum.length), sign, bits);
    },
  };
}

export function realMask(seed: Uint8Array, words: number): Uint32Array {
  const mask = new Uint32Array(words);
  cryptoPrimitives.mask(mask, seed, 1, 32);
  return uint32sIn(new Uint8Array(mask.buffer));
}
