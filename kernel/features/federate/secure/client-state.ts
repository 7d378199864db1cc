/**
 * The vector that a remote client holds until a secure sum takes it. A sum contains only vectors for the same
 * instruction, and takes each once. If a vector is requested again after the coordinator was interrupted, it is only
 * summed with the very same clients. It is never sent unmasked.
 */
import type { KeyObject } from "node:crypto";
import { createPublicKey } from "node:crypto";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RoundInstruction } from "../contract.js";
import { instructionHash, weightsHash } from "../order-hash.js";
import { decodeMaskingStart, isMaskingStart, type MaskingStartMessage } from "./secure-setup.js";
import { MaskingClient } from "./client.js";
import { decodeMaskingMessage, encodeMaskingMessage } from "./messages.js";
import { cryptoPrimitives, rawPublicKey } from "./primitives.js";
import { toBase64 } from "./round.js";
import { asServerMessage } from "./secure-sum.js";

interface Vector {
  readonly round: number;
  /** Hashes of the instruction that it belongs to, and of the weights in it. */
  readonly order: string;
  readonly weights: string;
  /** Null after a sum has taken it. */
  readonly values: Float64Array | null;
}

export class ClientMaskingState {
  readonly key: Uint8Array;
  private vector: Vector | null = null;
  private masking: MaskingClient | null = null;
  /**
   * The summed clients per weights, for the client's lifetime. The same weights give the same vectors, and two sums
   * that differ by one client would reveal its vector.
   */
  private readonly summed = new Map<string, string>();

  /**
   * `least`: minimum clients of a sum. `peers`: keys of the nodes that may take part, as text; null if the coordinator
   * decides.
   */
  constructor(
    private readonly node: KeyObject,
    private readonly least: number,
    private readonly peers: ReadonlySet<string> | null = null,
  ) {
    this.key = rawPublicKey(createPublicKey(node));
  }

  sign(bytes: Uint8Array): Uint8Array {
    return cryptoPrimitives.sign(this.node, bytes);
  }

  /** Discards the vector of an earlier round. */
  hold(order: RoundInstruction, values: Float64Array): void {
    const [whole, weights] = [instructionHash(order), weightsHash(order)];
    this.vector = { round: order.round, order: toBase64(whole), weights: toBase64(weights), values };
    this.masking = null;
  }
  forget(): void {
    this.vector = null;
    this.masking = null;
  }

  /** Its part of the sum, message by message. Errors: `sum-again`, `sum-unfit`, those of `MaskingClient`; all but the first end it. */
  answer(message: Uint8Array): Uint8Array {
    if (isMaskingStart(message)) return this.begin(decodeMaskingStart(message));
    const { masking } = this;
    if (!masking) throw new CodedError("sum-unfit", { why: "none was begun" });
    const { round } = masking;
    const request = asServerMessage(decodeMaskingMessage(round, message));
    const reply = masking.answer(request);
    if (request.is === "survivors") this.agrees(keysIn(round.nodes, request.clients.keys()));
    return encodeMaskingMessage(round, reply);
  }

  /** Must run before its signature is sent. */
  private agrees(clients: readonly string[]): void {
    const { round, weights } = mustExist(this.vector, "a vector");
    const all = clients.toSorted().join(" ");
    if ((this.summed.get(weights) ?? all) !== all) {
      this.masking = null;
      throw new CodedError("sum-again", { round });
    }
    this.summed.set(weights, all);
  }

  private knows(key: string): boolean {
    return this.peers === null || this.peers.has(key) || key === toBase64(this.key);
  }

  private begin({ round, place, terms }: MaskingStartMessage): Uint8Array {
    const { vector } = this;
    if (vector?.round !== round) throw unfit("it belongs to a round whose update is not here");
    if (!vector.values) throw new CodedError("sum-again", { round });
    if (vector.order !== toBase64(terms.order)) throw unfit("others were given another order");
    const { nodes, values } = terms;
    if (toBase64(nodes[place] ?? new Uint8Array(0)) !== toBase64(this.key)) throw unfit("this client is not in it");
    if (nodes.length < this.least)
      throw unfit(`it has ${String(nodes.length)} clients, and ${String(this.least)} are the fewest`);
    if (nodes.some((one) => !this.knows(toBase64(one)))) throw unfit("it contains a client that is not a peer");
    if (values !== vector.values.length) throw unfit("its vectors are of another length");
    this.vector = { ...vector, values: null };
    this.masking = new MaskingClient(terms, place, this.node, vector.values);
    return encodeMaskingMessage(this.masking.round, this.masking.begin());
  }
}

const keysIn = (nodes: readonly Uint8Array[], places: Iterable<number>): readonly string[] =>
  Array.from(places, (place) => toBase64(mustExist(nodes[place], "a node")));
const unfit = (why: string): CodedError<"sum-unfit"> => new CodedError("sum-unfit", { why });
