/**
 * The client's side of a secure sum (Bonawitz et al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine
 * Learning", with signatures and the consistency check): one vector, one round, one object. It responds to each message
 * once and in order; any error ends it, and it never responds again.
 */
import type { KeyObject } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { toFixedPoint } from "./fixed-point.js";
import {
  KEYS_BYTES,
  maskingMessageError,
  type BytesByClient,
  type ClientMessage,
  type ServerMessage,
} from "./messages.js";
import { KEY_BYTES, cryptoPrimitives, type KeyPair, type CryptoPrimitives } from "./primitives.js";
import {
  agreementToSign,
  toBase64,
  keysToSign,
  pairMaskSign,
  pairSeedContext,
  clientIndexBytes,
  maskingRoundOf,
  seedHash,
  type MaskingRound,
  type SecureRoundTerms,
} from "./round.js";
import { SHARE_BYTES, splitSecret } from "./shamir.js";

type Wants = "begin" | ServerMessage["is"] | "nothing";

/** Its secrets; deleted when its part is over. */
interface Secrets {
  readonly sealing: KeyPair;
  readonly masking: KeyPair;
  readonly seed: Uint8Array;
  /** The secrets shared with each other client, for sealing. */
  readonly common: Map<number, Uint8Array>;
  /** Shares by the client whose secret they belong to: the masking key's, then the seed's. */
  readonly shares: Map<number, Uint8Array>;
}

const EMPTY: BytesByClient = new Map();
export const sealingKey = (keys: Uint8Array): Uint8Array => keys.subarray(0, KEY_BYTES);
export const maskingKeyIn = (keys: Uint8Array): Uint8Array => keys.subarray(KEY_BYTES, 2 * KEY_BYTES);
/** Both keys without the signature, and the signature. */
export const keysWithoutSignature = (keys: Uint8Array): Uint8Array => keys.subarray(0, 2 * KEY_BYTES);
export const signatureOfKeys = (keys: Uint8Array): Uint8Array => keys.subarray(2 * KEY_BYTES, KEYS_BYTES);

export class MaskingClient {
  readonly round: MaskingRound;
  private wants: Wants = "begin";
  private secrets: Secrets | null = null;
  private words: Uint32Array | null;
  private keys: BytesByClient = EMPTY;
  /** Clients that shared secrets, and clients that are summed. */
  private shared: readonly number[] = [];
  private summed: readonly number[] = [];
  private ownKeys = new Uint8Array(0);

  /**
   * @param place index of this client's node in the terms
   * @param node the private Ed25519 key of its node
   * @param values its vector; throws `secure-range` for a value outside of the declared range, and sends nothing
   */
  constructor(
    terms: SecureRoundTerms,
    private readonly place: number,
    private readonly node: KeyObject,
    values: Float64Array | Float32Array,
  ) {
    this.round = maskingRoundOf(terms);
    if (values.length !== terms.values) throw maskingMessageError("the vector is not as long as the round's");
    this.words = toFixedPoint(values, this.round.fixed);
  }

  protected get by(): CryptoPrimitives {
    return cryptoPrimitives;
  }

  /** Returns its keys of this round, signed by its node. */
  begin(): ClientMessage {
    if (this.wants !== "begin") throw this.ended(new CodedError("secure-order", { got: "begin", wants: this.wants }));
    const [sealing, masking] = [this.by.pair(), this.by.pair()];
    this.secrets = { sealing, masking, seed: this.by.random(KEY_BYTES), common: new Map(), shares: new Map() };
    const keys = Buffer.concat([sealing.publicKey, masking.publicKey]);
    const signature = this.by.sign(this.node, keysToSign(this.round, this.place, keys));
    this.ownKeys = new Uint8Array(Buffer.concat([keys, signature]));
    this.wants = "roster";
    return { is: "keys", keys: this.ownKeys };
  }

  /** Errors end it: `secure-order`, `-keys`, `-signature`, `-sealed`, `-list`, `-survivors`, `-message`. */
  answer(request: ServerMessage): ClientMessage {
    try {
      if (request.is !== this.wants || !this.secrets)
        throw new CodedError("secure-order", { got: request.is, wants: this.wants });
      switch (request.is) {
        case "roster":
          return this.onRoster(request.keys, this.secrets);
        case "sealed":
          return this.onSealed(request.sealed, this.secrets);
        case "survivors":
          return this.onSurvivors([...request.clients.keys()]);
        case "agreed":
          return this.onAgreed(request.signatures, this.secrets);
      }
    } catch (error) {
      throw this.ended(error);
    }
  }

  private ended<E>(error: E): E {
    this.wants = "nothing";
    this.forget();
    return error;
  }

  private forget(): void {
    this.secrets?.seed.fill(0);
    this.secrets?.sealing.privateKey.fill(0);
    this.secrets?.masking.privateKey.fill(0);
    this.secrets = null;
    this.words = null;
  }

  private onRoster(keys: BytesByClient, secrets: Secrets): ClientMessage {
    this.checkKeys(keys);
    this.keys = keys;
    const { threshold, nodes } = this.round;
    const random = (bytes: number): Uint8Array => this.by.random(bytes);
    const ofKey = splitSecret(secrets.masking.privateKey, threshold, nodes.length, random);
    const ofSeed = splitSecret(secrets.seed, threshold, nodes.length, random);
    const sealed = new Map<number, Uint8Array>();
    for (const [other, theirs] of keys) {
      const both = Buffer.concat([ofKey[other]!, ofSeed[other]!]);
      if (other === this.place) secrets.shares.set(other, both);
      else {
        const common = this.common(secrets.sealing, sealingKey(theirs));
        secrets.common.set(other, common);
        sealed.set(other, this.by.seal(this.sealing(common, this.place, other), this.about(this.place, other), both));
      }
    }
    this.wants = "sealed";
    return { is: "shares", seedHash: seedHash(this.round, this.place, secrets.seed), sealed };
  }

  private checkKeys(keys: BytesByClient): void {
    this.enough("keys", keys.size);
    const ownKeys = keys.get(this.place);
    if (!ownKeys || toBase64(ownKeys) !== toBase64(this.ownKeys))
      throw new CodedError("secure-keys", { why: "those of this client were changed" });
    const each = [...keys.values()].flatMap((one) => [sealingKey(one), maskingKeyIn(one)]);
    if (new Set(each.map(toBase64)).size < each.length)
      throw new CodedError("secure-keys", { why: "two of them are the same" });
    for (const [client, theirs] of keys)
      if (
        client !== this.place &&
        !this.by.verify(
          this.nodeOf(client),
          keysToSign(this.round, client, keysWithoutSignature(theirs)),
          signatureOfKeys(theirs),
        )
      )
        throw new CodedError("secure-signature", { client, of: "keys" });
  }

  private onSealed(sealed: BytesByClient, secrets: Secrets): ClientMessage {
    for (const [other, bytes] of sealed) {
      const common = secrets.common.get(other);
      if (!common) throw new CodedError("secure-keys", { why: "a client that sent none shares secrets" });
      const both = this.by.open(this.sealing(common, other, this.place), this.about(other, this.place), bytes);
      if (!both) throw new CodedError("secure-sealed", { client: other });
      secrets.shares.set(other, both);
    }
    this.shared = [...sealed.keys(), this.place].sort((a, b) => a - b);
    this.enough("shares", this.shared.length);
    const words = this.words ?? new Uint32Array(0);
    this.words = null;
    const { bits, id } = this.round;
    this.by.mask(words, secrets.seed, 1, bits);
    for (const other of sealed.keys()) {
      const common = this.common(secrets.masking, maskingKeyIn(this.keys.get(other) ?? this.ownKeys));
      const seed = this.by.derive(common, id, pairSeedContext(this.place, other));
      this.by.mask(words, seed, pairMaskSign(this.place, other), bits);
    }
    this.wants = "survivors";
    return { is: "input", words };
  }

  private onSurvivors(clients: readonly number[]): ClientMessage {
    this.enough("input", clients.length);
    if (!clients.includes(this.place)) throw new CodedError("secure-list", { why: "this client is not in it" });
    if (clients.some((client) => !this.shared.includes(client)))
      throw new CodedError("secure-list", { why: "a client is in it that shared no secrets" });
    this.summed = clients;
    this.wants = "agreed";
    return { is: "agreement", signature: this.by.sign(this.node, this.statement()) };
  }

  private onAgreed(signatures: BytesByClient, secrets: Secrets): ClientMessage {
    this.enough("agreement", signatures.size);
    const statement = this.statement();
    for (const [client, signature] of signatures) {
      if (!this.summed.includes(client))
        throw new CodedError("secure-list", { why: "a client signed that is not in it" });
      if (!this.by.verify(this.nodeOf(client), statement, signature))
        throw new CodedError("secure-signature", { client, of: "agreement" });
    }
    const seeds = new Map<number, Uint8Array>();
    const keys = new Map<number, Uint8Array>();
    for (const client of this.shared) {
      const both = secrets.shares.get(client);
      if (!both) throw new CodedError("secure-list", { why: "a client is in it that shared no secrets" });
      // Only one of the two: both would unmask the vector of one client.
      if (this.summed.includes(client)) seeds.set(client, both.subarray(SHARE_BYTES));
      else keys.set(client, both.subarray(0, SHARE_BYTES));
    }
    this.wants = "nothing";
    this.forget();
    return { is: "unmasking", seeds, keys };
  }

  private statement(): Uint8Array {
    return agreementToSign(this.round, { keys: this.keys, shared: this.shared, summed: this.summed });
  }

  private enough(part: "keys" | "shares" | "input" | "agreement", left: number): void {
    const { threshold } = this.round;
    if (left < threshold) throw new CodedError("secure-survivors", { part, left, threshold });
  }

  private nodeOf(client: number): Uint8Array {
    return this.round.nodes[client] ?? new Uint8Array(0);
  }
  private common(pair: KeyPair, theirs: Uint8Array): Uint8Array {
    const common = this.by.agree(pair.privateKey, theirs);
    if (!common) throw new CodedError("secure-keys", { why: "one of them is not valid" });
    return common;
  }
  private sealing(common: Uint8Array, from: number, to: number): Uint8Array {
    return this.by.derive(common, this.round.id, `seal ${String(from)} ${String(to)}`);
  }
  private about(from: number, to: number): Uint8Array {
    return Buffer.concat([this.round.id, clientIndexBytes(from, to)]);
  }
}
