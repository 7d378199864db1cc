/**
 * What all parties of one secure sum know beforehand and must agree on: who may take part, how many must stay, how long vectors
 * are and how their numbers become whole ones. Its hash is in every message and under every signature.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { fixedPointFor, wordCountOf, type WordBits, type FixedPointFormat } from "./fixed-point.js";
import { KEY_BYTES, cryptoPrimitives } from "./primitives.js";

/** The sum of two tells each the other. */
export const MIN_CLIENTS = 3;

export interface MaskingTerms {
  /** Bytes that no other round has. */
  readonly session: Uint8Array;
  /** Hash of the order that all vectors answer, 32 bytes: who was given another is in no sum with those. */
  readonly order: Uint8Array;
  /** Ed25519 keys of the nodes that may take part, 32 bytes each: a client is named by its place in it. */
  readonly nodes: readonly Uint8Array[];
  /** How many must stay to the end; more than two thirds of them. */
  readonly threshold: number;
  /** Of each vector. */
  readonly values: number;
  /** The greatest absolute value of one client. */
  readonly range: number;
  readonly bits: WordBits;
}
export interface MaskingRound extends MaskingTerms {
  /** Hash of all terms, 32 bytes. */
  readonly id: Uint8Array;
  readonly fixed: FixedPointFormat;
  /** Places of a masked vector. */
  readonly words: number;
}

/** The fewest of so many clients that are more than two thirds. */
export function minThreshold(clients: number): number {
  return Math.floor((2 * clients) / 3) + 1;
}

/** Errors: `too-few-clients`, `secure-threshold`, `secure-fixed`, `secure-keys`. */
export function maskingRoundOf(terms: MaskingTerms): MaskingRound {
  const { session, order, nodes, threshold, values, range, bits } = terms;
  if (nodes.length < MIN_CLIENTS)
    throw new CodedError("too-few-clients", { clients: nodes.length, least: MIN_CLIENTS });
  const least = minThreshold(nodes.length);
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

/** Bytes that name clients, in an order that all parties have. */
export function clientIndexBytes(...clients: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * clients.length);
  for (const [i, client] of clients.entries()) bytes.writeUInt32LE(client, 4 * i);
  return bytes;
}

/** What a client's node signs with its keys of this round. */
export function keysStatement(round: MaskingRound, client: number, keys: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from("tunebook secure keys 1"), round.id, clientIndexBytes(client), keys]);
}

/** What each client signs before anything is unmasked: whose keys it saw, who shared secrets, and who is summed. */
export function agreementStatement(
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

/** What the seed of a pair's mask is derived for; the same on both sides. */
export function pairSeedContext(one: number, other: number): string {
  return `mask ${String(Math.min(one, other))} ${String(Math.max(one, other))}`;
}

/** The client of a pair that comes first adds its mask, the other takes it away. */
export function pairMaskSign(client: number, other: number): 1 | -1 {
  return client < other ? 1 : -1;
}

/** What a client's node makes known of its own seed, so that wrong shares of it are seen. */
export function seedHash(round: MaskingRound, client: number, seed: Uint8Array): Uint8Array {
  return cryptoPrimitives.hash(Buffer.from("tunebook secure seed 1"), round.id, clientIndexBytes(client), seed);
}
