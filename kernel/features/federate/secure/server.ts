/**
 * The server's side of a secure sum: it takes what clients say, part by part, and learns the sum of those that stayed and
 * nothing else. Whoever carries the messages says when a part is over: when all have answered, or when waiting is.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { maskingKey, signatureOf, signedKeys } from "./client.js";
import { type Part } from "./codes.js";
import { addWords, fromFixed } from "./fixed-point.js";
import { unreadable, type Each, type Said, type Told } from "./messages.js";
import { primitives, type Primitives } from "./primitives.js";
import {
  agreementStatement,
  asText,
  keysStatement,
  pairSign,
  pairUse,
  roundOf,
  seedHash,
  type Round,
  type Terms,
} from "./round.js";
import { joined, weightsOf } from "./shamir.js";

const ORDER: readonly Part[] = ["keys", "shares", "input", "agreement", "unmasking"];

export class MaskingServer {
  readonly round: Round;
  private part: Part | "over" = "keys";
  /** Whom it waits for in this part. */
  private awaited: ReadonlySet<number>;
  private arrived = new Set<number>();
  private readonly keys = new Map<number, Uint8Array>();
  private readonly seedHashes = new Map<number, Uint8Array>();
  private readonly sealed = new Map<number, Each>();
  private readonly signatures = new Map<number, Uint8Array>();
  private readonly unmasking = new Map<number, { readonly seeds: Each; readonly keys: Each }>();
  private readonly total: Uint32Array;
  private shared: readonly number[] = [];
  private statement = new Uint8Array(0);
  private sum: Float64Array | null = null;
  /** Clients whose vectors are in the sum, once that is settled. */
  summed: readonly number[] = [];

  constructor(terms: Terms) {
    this.round = roundOf(terms);
    this.awaited = new Set(terms.nodes.keys());
    this.total = new Uint32Array(this.round.words);
  }

  protected get by(): Primitives {
    return primitives;
  }

  /** All that were there in the part before have answered: nothing is to be waited for. */
  get complete(): boolean {
    return this.arrived.size === this.awaited.size;
  }
  /** Null: some part is still open. */
  get result(): Float64Array | null {
    return this.sum;
  }

  /**
   * Takes what a client says. Whoever carries it knows who it is. An error is of that client alone, which counts as dropped out:
   * `secure-order`, `-message`, `-signature`.
   */
  take(client: number, said: Said): void {
    if (said.is !== this.part || !this.awaited.has(client) || this.arrived.has(client))
      throw new CodedError("secure-order", { got: said.is, wants: this.part === "over" ? "nothing" : this.part });
    switch (said.is) {
      case "keys":
        this.signed(client, keysStatement(this.round, client, signedKeys(said.keys)), signatureOf(said.keys), "keys");
        this.keys.set(client, said.keys);
        break;
      case "shares":
        this.only(
          said.sealed,
          [...this.keys.keys()].filter((other) => other !== client),
        );
        this.sealed.set(client, said.sealed);
        this.seedHashes.set(client, said.seedHash);
        break;
      case "input":
        if (said.words.length !== this.round.words) throw unreadable("its vector is not as long as the round's");
        addWords(this.total, said.words, 1, this.round.bits);
        break;
      case "agreement":
        this.signed(client, this.statement, said.signature, "agreement");
        this.signatures.set(client, said.signature);
        break;
      case "unmasking":
        this.only(said.seeds, this.summed);
        this.only(said.keys, this.dropped);
        this.unmasking.set(client, said);
        break;
    }
    this.arrived.add(client);
  }

  /**
   * Ends the part: who hasn't answered has dropped out. What each of the others is told next; after the last part nobody is told
   * anything, and `result` is the sum. Errors: `secure-survivors`, `secure-shares`.
   */
  close(): ReadonlyMap<number, Told> {
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

  private next(part: Part, left: readonly number[]): readonly (readonly [number, Told])[] {
    const all = (told: Told): readonly (readonly [number, Told])[] => left.map((client) => [client, told]);
    switch (part) {
      case "keys":
        return all({ is: "roster", keys: inOrder(this.keys) });
      case "shares":
        this.shared = left;
        return left.map((client) => [client, { is: "sealed", sealed: this.sealedFor(client) }]);
      case "input":
        this.summed = left;
        this.statement = new Uint8Array(
          agreementStatement(this.round, { keys: inOrder(this.keys), shared: this.shared, summed: left }),
        );
        return all({ is: "survivors", clients: new Map(left.map((client) => [client, new Uint8Array(0)])) });
      case "agreement":
        return all({ is: "agreed", signatures: inOrder(this.signatures) });
      case "unmasking":
        this.unmask(left.slice(0, this.round.threshold));
        return [];
    }
  }

  private sealedFor(client: number): Each {
    const others = this.shared.filter((other) => other !== client);
    return new Map(others.map((other) => [other, this.sealed.get(other)?.get(client) ?? new Uint8Array(0)]));
  }

  /** Clients that shared secrets and whose vectors never came: masks of others with theirs are still in the sum. */
  private get dropped(): readonly number[] {
    return this.shared.filter((client) => !this.summed.includes(client));
  }

  private unmask(by: readonly number[]): void {
    const weights = weightsOf(by.map((client) => client + 1));
    const { bits, id } = this.round;
    const secret = (of: "seeds" | "keys", client: number): Uint8Array => {
      const shares = by.map((one) => this.unmasking.get(one)?.[of].get(client) ?? new Uint8Array(0));
      const found = joined(shares, weights);
      if (!found || !this.known(of, client, found)) throw new CodedError("secure-shares", { client });
      return found;
    };
    for (const client of this.summed) this.by.mask(this.total, secret("seeds", client), -1, bits);
    for (const gone of this.dropped) {
      const key = secret("keys", gone);
      for (const client of this.summed) {
        const common = this.by.agree(key, maskingKey(this.keys.get(client) ?? new Uint8Array(0)));
        if (!common) throw new CodedError("secure-shares", { client: gone });
        const seed = this.by.derive(common, id, pairUse(client, gone));
        this.by.mask(this.total, seed, pairSign(gone, client), bits);
      }
    }
    this.sum = fromFixed(this.total, this.round.fixed);
  }

  /** Whether it is the secret of which the client made known a key or a hash. */
  private known(of: "seeds" | "keys", client: number, secret: Uint8Array): boolean {
    const [found, wanted] =
      of === "seeds"
        ? [seedHash(this.round, client, secret), this.seedHashes.get(client)]
        : [this.by.publicOf(secret), maskingKey(this.keys.get(client) ?? new Uint8Array(0))];
    return wanted !== undefined && asText(found) === asText(wanted);
  }

  private signed(client: number, text: Uint8Array, signature: Uint8Array, of: "keys" | "agreement"): void {
    const node = this.round.nodes[client] ?? new Uint8Array(0);
    if (!this.by.verify(node, text, signature)) throw new CodedError("secure-signature", { client, of });
  }

  private only(each: Each, clients: readonly number[]): void {
    if (each.size !== clients.length || clients.some((client) => !each.has(client)))
      throw unreadable("it is not about the clients that it was to be about");
  }
}

function inOrder(each: Each): Each {
  return new Map([...each].sort(([a], [b]) => a - b));
}
