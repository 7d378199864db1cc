/**
 * The server's side of a secure sum: it takes the clients' messages phase by phase, and learns only the sum of the
 * clients that remained. The transport closes a phase when all have responded, or when the waiting time is over.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { maskingKeyIn, signatureOfKeys, keysWithoutSignature } from "./client.js";
import { type MaskingPhase } from "./codes.js";
import { addWords, fromFixedPoint } from "./fixed-point.js";
import { maskingMessageError, type BytesByClient, type ClientMessage, type ServerMessage } from "./messages.js";
import { cryptoPrimitives, type CryptoPrimitives } from "./primitives.js";
import {
  agreementToSign,
  toBase64,
  keysToSign,
  pairMaskSign,
  pairSeedContext,
  maskingRoundOf,
  seedHash,
  type MaskingRound,
  type SecureRoundTerms,
} from "./round.js";
import { recoverSecret, interpolationWeights } from "./shamir.js";

const ORDER: readonly MaskingPhase[] = ["keys", "shares", "input", "agreement", "unmasking"];

export class MaskingServer {
  readonly round: MaskingRound;
  private part: MaskingPhase | "over" = "keys";
  /** Clients that it waits for in this phase. */
  private awaited: ReadonlySet<number>;
  private arrived = new Set<number>();
  private readonly keys = new Map<number, Uint8Array>();
  private readonly seedHashes = new Map<number, Uint8Array>();
  private readonly sealed = new Map<number, BytesByClient>();
  private readonly signatures = new Map<number, Uint8Array>();
  private readonly unmasking = new Map<number, { readonly seeds: BytesByClient; readonly keys: BytesByClient }>();
  private readonly total: Uint32Array;
  private shared: readonly number[] = [];
  private statement = new Uint8Array(0);
  private sum: Float64Array | null = null;
  /** Clients whose vectors are in the sum, once that is settled. */
  summed: readonly number[] = [];

  constructor(terms: SecureRoundTerms) {
    this.round = maskingRoundOf(terms);
    this.awaited = new Set(terms.nodes.keys());
    this.total = new Uint32Array(this.round.words);
  }

  protected get by(): CryptoPrimitives {
    return cryptoPrimitives;
  }

  /** Whether all clients of the previous phase have responded. */
  get complete(): boolean {
    return this.arrived.size === this.awaited.size;
  }
  /** Null while a phase is open. */
  get result(): Float64Array | null {
    return this.sum;
  }

  /**
   * Takes a client's message; the transport identifies the client. An error affects that client only, which counts as
   * dropped out: `secure-order`, `-message`, `-signature`.
   */
  take(client: number, reply: ClientMessage): void {
    if (reply.is !== this.part || !this.awaited.has(client) || this.arrived.has(client))
      throw new CodedError("secure-order", { got: reply.is, wants: this.part === "over" ? "nothing" : this.part });
    switch (reply.is) {
      case "keys":
        this.signed(
          client,
          keysToSign(this.round, client, keysWithoutSignature(reply.keys)),
          signatureOfKeys(reply.keys),
          "keys",
        );
        this.keys.set(client, reply.keys);
        break;
      case "shares":
        this.only(
          reply.sealed,
          [...this.keys.keys()].filter((other) => other !== client),
        );
        this.sealed.set(client, reply.sealed);
        this.seedHashes.set(client, reply.seedHash);
        break;
      case "input":
        if (reply.words.length !== this.round.words)
          throw maskingMessageError("its vector is not as long as the round's");
        addWords(this.total, reply.words, 1, this.round.bits);
        break;
      case "agreement":
        this.signed(client, this.statement, reply.signature, "agreement");
        this.signatures.set(client, reply.signature);
        break;
      case "unmasking":
        this.only(reply.seeds, this.summed);
        this.only(reply.keys, this.dropped);
        this.unmasking.set(client, reply);
        break;
    }
    this.arrived.add(client);
  }

  /**
   * Closes the phase: clients that have not responded have dropped out. Returns the next message for each of the
   * others; after the last phase there are none, and `result` is the sum. Errors: `secure-survivors`, `secure-shares`.
   */
  close(): ReadonlyMap<number, ServerMessage> {
    const { part } = this;
    if (part === "over") throw new CodedError("secure-order", { got: "close", wants: "nothing" });
    const left = [...this.arrived].sort((a, b) => a - b);
    if (left.length < this.round.threshold) {
      this.part = "over";
      throw new CodedError("secure-survivors", { part, left: left.length, threshold: this.round.threshold });
    }
    this.part = ORDER[ORDER.indexOf(part) + 1] ?? "over";
    this.awaited = new Set(left);
    this.arrived = new Set();
    return new Map(this.next(part, left));
  }

  private next(part: MaskingPhase, left: readonly number[]): readonly (readonly [number, ServerMessage])[] {
    const all = (request: ServerMessage): readonly (readonly [number, ServerMessage])[] =>
      left.map((client) => [client, request]);
    switch (part) {
      case "keys":
        return all({ is: "roster", keys: inOrder(this.keys) });
      case "shares":
        this.shared = left;
        return left.map((client) => [client, { is: "sealed", sealed: this.sealedFor(client) }]);
      case "input":
        this.summed = left;
        this.statement = new Uint8Array(
          agreementToSign(this.round, { keys: inOrder(this.keys), shared: this.shared, summed: left }),
        );
        return all({ is: "survivors", clients: new Map(left.map((client) => [client, new Uint8Array(0)])) });
      case "agreement":
        return all({ is: "agreed", signatures: inOrder(this.signatures) });
      case "unmasking":
        this.unmask(left.slice(0, this.round.threshold));
        return [];
    }
  }

  private sealedFor(client: number): BytesByClient {
    const others = this.shared.filter((other) => other !== client);
    return new Map(others.map((other) => [other, this.sealed.get(other)?.get(client) ?? new Uint8Array(0)]));
  }

  /**
   * Clients that shared secrets but whose vectors never arrived: other clients' masks with theirs are still in the sum.
   */
  private get dropped(): readonly number[] {
    return this.shared.filter((client) => !this.summed.includes(client));
  }

  private unmask(by: readonly number[]): void {
    const weights = interpolationWeights(by.map((client) => client + 1));
    const { bits, id } = this.round;
    const secret = (kind: "seeds" | "keys", client: number): Uint8Array => {
      const shares = by.map((one) => this.unmasking.get(one)?.[kind].get(client) ?? new Uint8Array(0));
      const found = recoverSecret(shares, weights);
      if (!found || !this.known(kind, client, found)) throw new CodedError("secure-shares", { client });
      return found;
    };
    for (const client of this.summed) this.by.mask(this.total, secret("seeds", client), -1, bits);
    for (const gone of this.dropped) {
      const key = secret("keys", gone);
      for (const client of this.summed) {
        const common = this.by.agree(key, maskingKeyIn(this.keys.get(client) ?? new Uint8Array(0)));
        if (!common) throw new CodedError("secure-shares", { client: gone });
        const seed = this.by.derive(common, id, pairSeedContext(client, gone));
        this.by.mask(this.total, seed, pairMaskSign(gone, client), bits);
      }
    }
    this.sum = fromFixedPoint(this.total, this.round.fixed);
  }

  /** Whether it is the secret of which the client published a key or hash. */
  private known(kind: "seeds" | "keys", client: number, secret: Uint8Array): boolean {
    const [found, wanted] =
      kind === "seeds"
        ? [seedHash(this.round, client, secret), this.seedHashes.get(client)]
        : [this.by.publicOf(secret), maskingKeyIn(this.keys.get(client) ?? new Uint8Array(0))];
    return wanted !== undefined && toBase64(found) === toBase64(wanted);
  }

  private signed(client: number, text: Uint8Array, signature: Uint8Array, kind: "keys" | "agreement"): void {
    const node = this.round.nodes[client] ?? new Uint8Array(0);
    if (!this.by.verify(node, text, signature)) throw new CodedError("secure-signature", { client, of: kind });
  }

  private only(each: BytesByClient, clients: readonly number[]): void {
    if (each.size !== clients.length || clients.some((client) => !each.has(client)))
      throw maskingMessageError("it is not about the clients that it was to be about");
  }
}

function inOrder(each: BytesByClient): BytesByClient {
  return new Map([...each].sort(([a], [b]) => a - b));
}
