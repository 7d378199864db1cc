/**
 * What all parties of a secure sum know beforehand and must agree on: who may take part, how many must remain, the
 * vector length and the fixed-point format. Its hash is in every message and under every signature.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { fixedPointFor, wordCountOf, type WordBits, type FixedPointFormat } from "./fixed-point.js";
import { KEY_BYTES, cryptoPrimitives } from "./primitives.js";

/** With two clients, the sum would reveal each vector to the other client. */
export const MIN_SECURE_SUM_CLIENTS = 3;

export interface SecureRoundTerms {
  /** Bytes that are unique to this round. */
  readonly session: Uint8Array;
  /**
   * Hash of the instruction that all vectors belong to, 32 bytes: clients with different instructions are never summed
   * together.
   */
  readonly order: Uint8Array;
  /** Ed25519 keys of the nodes that may take part, 32 bytes each: a client is identified by its index in this list. */
  readonly nodes: readonly Uint8Array[];
  /** How many clients must remain to the end; more than two thirds of them. */
  readonly threshold: number;
  readonly values: number;
  /** Maximum absolute value of one client. */
  readonly range: number;
  readonly bits: WordBits;
}
export interface MaskingRound extends SecureRoundTerms {
  /** Hash of all terms, 32 bytes. */
  readonly id: Uint8Array;
  readonly fixed: FixedPointFormat;
  /** Elements of a masked vector. */
  readonly words: number;
}

/** The smallest number that is more than two thirds of the clients. */
export function minSecureSumThreshold(clients: number): number {
  return Math.floor((2 * clients) / 3) + 1;
}

/** Errors: `too-few-clients`, `secure-threshold`, `secure-fixed`, `secure-keys`. */
export function maskingRoundOf(terms: SecureRoundTerms): MaskingRound {
  const { session, order, nodes, threshold, values, range, bits } = terms;
  if (nodes.length < MIN_SECURE_SUM_CLIENTS)
    throw new CodedError("too-few-clients", { clients: nodes.length, least: MIN_SECURE_SUM_CLIENTS });
  const least = minSecureSumThreshold(nodes.length);
  if (!Number.isInteger(threshold) || threshold < least || threshold > nodes.length)
    throw new CodedError("secure-threshold", { threshold, least, clients: nodes.length });
  if (nodes.some(({ length }) => length !== KEY_BYTES) || new Set(nodes.map(toBase64)).size < nodes.length)
    throw new CodedError("secure-keys", { why: "two nodes have one key, or one has none" });
  const fixed = fixedPointFor(range, nodes.length, bits);
  const numbers = Buffer.alloc(32);
  for (const [i, value] of [session.length, order.length, nodes.length, threshold, values, bits].entries())
    numbers.writeUInt32LE(value, 4 * i);
  numbers.writeDoubleLE(range, 24);
  const id = cryptoPrimitives.hash(Buffer.from("tunebook secure sum 2"), numbers, session, order, ...nodes);
  return { ...terms, id, fixed, words: wordCountOf(values, bits) };
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Bytes that identify clients, in the same order for all parties. */
export function clientIndexBytes(...clients: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * clients.length);
  for (const [i, client] of clients.entries()) bytes.writeUInt32LE(client, 4 * i);
  return bytes;
}

/** The bytes that a client's node signs with its keys of this round. */
export function keysToSign(round: MaskingRound, client: number, keys: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from("tunebook secure keys 1"), round.id, clientIndexBytes(client), keys]);
}

/** The bytes that each client signs before unmasking: the keys it saw, who shared secrets, and who is summed. */
export function agreementToSign(
  round: MaskingRound,
  seen: {
    readonly keys: ReadonlyMap<number, Uint8Array>;
    readonly shared: readonly number[];
    readonly summed: readonly number[];
  },
): Uint8Array {
  const { keys, shared, summed } = seen;
  const whole = cryptoPrimitives.hash(
    clientIndexBytes(keys.size, shared.length, summed.length),
    ...[...keys].flatMap(([client, bytes]) => [clientIndexBytes(client), bytes]),
    clientIndexBytes(...shared, ...summed),
  );
  return Buffer.concat([Buffer.from("tunebook secure agreement 1"), round.id, whole]);
}

/** Derivation context of the seed of a pair's mask; the same on both sides. */
export function pairSeedContext(one: number, other: number): string {
  return `mask ${String(Math.min(one, other))} ${String(Math.max(one, other))}`;
}

/** The first client of a pair adds its mask, the other subtracts it. */
export function pairMaskSign(client: number, other: number): 1 | -1 {
  return client < other ? 1 : -1;
}

/** The hash of its seed that a client publishes, so that wrong shares are detected. */
export function seedHash(round: MaskingRound, client: number, seed: Uint8Array): Uint8Array {
  return cryptoPrimitives.hash(Buffer.from("tunebook secure seed 1"), round.id, clientIndexBytes(client), seed);
}
