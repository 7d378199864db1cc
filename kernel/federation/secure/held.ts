/**
 * The vector that a client elsewhere holds until a secret sum takes it: each is in one sum at most, among the clients that were
 * named first. It never leaves but masked.
 */
import type { KeyObject } from "node:crypto";
import { createPublicKey } from "node:crypto";
import { CodedError } from "#dsl/diagnostics/codes.js";
import "../join-codes.js";
import { decodeBegin, isBegin, type Begin } from "./begin.js";
import { MaskingClient } from "./client.js";
import { decode, encode } from "./messages.js";
import { rawPublic } from "./primitives.js";
import { asText } from "./round.js";
import { toldOf } from "./together.js";

export class Held {
  /** The public key of its node. */
  readonly key: Uint8Array;
  private vector: { readonly round: number; readonly values: Float64Array } | null = null;
  private masking: MaskingClient | null = null;
  /** The last round whose vector was in a sum, or was to be: for life, since the same round trained again comes to the same. */
  private summed = 0;

  /** `least`: clients of a sum. `peers`: keys of the nodes that may be in one, as text; null: whoever leads says which. */
  constructor(
    private readonly node: KeyObject,
    private readonly least: number,
    private readonly peers: ReadonlySet<string> | null = null,
  ) {
    this.key = rawPublic(createPublicKey(node));
  }

  /** What an earlier round left is forgotten. */
  hold(round: number, values: Float64Array): void {
    this.vector = { round, values };
    this.masking = null;
  }
  forget(): void {
    this.vector = null;
    this.masking = null;
  }

  /** Its part of the sum, message by message. Errors: `sum-again`, `sum-unfit`, those of `MaskingClient`; all but the first end it. */
  answer(message: Uint8Array): Uint8Array {
    if (isBegin(message)) return this.begin(decodeBegin(message));
    const { masking } = this;
    if (!masking) throw new CodedError("sum-unfit", { why: "none was begun" });
    const { round } = masking;
    return encode(round, masking.answer(toldOf(decode(round, message))));
  }

  private knows(key: string): boolean {
    return this.peers === null || this.peers.has(key) || key === asText(this.key);
  }

  private begin({ round, place, terms }: Begin): Uint8Array {
    if (round <= this.summed) throw new CodedError("sum-again", { round });
    const { vector } = this;
    if (vector?.round !== round) throw unfit("it is of a round whose update isn't here");
    const { nodes, values } = terms;
    if (asText(nodes[place] ?? new Uint8Array(0)) !== asText(this.key)) throw unfit("this client isn't in it");
    if (nodes.length < this.least)
      throw unfit(`it has ${String(nodes.length)} clients, and ${String(this.least)} are the fewest`);
    if (nodes.some((one) => !this.knows(asText(one)))) throw unfit("a client is in it that is none of the peers");
    if (values !== vector.values.length) throw unfit("its vectors are of another length");
    this.summed = round;
    this.vector = null;
    this.masking = new MaskingClient(terms, place, this.node, vector.values);
    return encode(this.masking.round, this.masking.begin());
  }
}

const unfit = (why: string): CodedError<"sum-unfit"> => new CodedError("sum-unfit", { why });
