/**
 * A secure sum with all parties in this process, as `federate` simulates it: every message is encoded as bytes, so that
 * the counts match real traffic.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { MaskingClient } from "./client.js";
import type { MaskingPhase } from "./codes.js";
import { type WordBits } from "./fixed-point.js";
import {
  decodeMaskingMessage,
  encodeMaskingMessage,
  maskingMessageError,
  type MaskingMessage,
  type ClientMessage,
  type ServerMessage,
} from "./messages.js";
import { rawPublicKey } from "./primitives.js";
import { minSecureSumThreshold, type MaskingRound, type SecureRoundTerms } from "./round.js";
import { MaskingServer } from "./server.js";

export interface SecureSumOptions {
  /** Maximum absolute value of one client. */
  readonly range: number;
  /** How many clients must remain to the end. Defaults to the smallest number above two thirds. */
  readonly threshold?: number;
  /** Bits of a transmitted integer. Defaults to 32. */
  readonly bits?: WordBits;
  /** Clients, by index, that drop out at a phase. */
  readonly drops?: ReadonlyMap<number, MaskingPhase>;
  readonly signal?: AbortSignal;
}
export interface SecureSumResult {
  readonly sum: Float64Array;
  /** Indices of the clients whose vectors are in the sum. */
  readonly summed: readonly number[];
  /** Bytes that all clients together sent and received. */
  readonly sent: number;
  readonly received: number;
}

const PARTS: readonly MaskingPhase[] = ["keys", "shares", "input", "agreement", "unmasking"];

/** Vectors of equal length. Throws the first error of `MaskingClient` or `MaskingServer`. */
export async function computeSecureSum(
  vectors: readonly (Float64Array | Float32Array)[],
  options: SecureSumOptions,
): Promise<SecureSumResult> {
  const { drops = new Map<number, MaskingPhase>(), signal } = options;
  const nodes = vectors.map(() => generateKeyPairSync("ed25519"));
  const terms: SecureRoundTerms = {
    session: new Uint8Array(randomBytes(16)),
    // In one process all clients have the same instruction.
    order: new Uint8Array(32),
    nodes: nodes.map(({ publicKey }) => rawPublicKey(publicKey)),
    threshold: options.threshold ?? minSecureSumThreshold(vectors.length),
    values: vectors[0]?.length ?? 0,
    range: options.range,
    bits: options.bits ?? 32,
  };
  const server = new MaskingServer(terms);
  const clients = nodes.map(({ privateKey }, i) => new MaskingClient(terms, i, privateKey, vectors[i]!));
  const way = new Way(server.round);
  let messages: ReadonlyMap<number, ServerMessage | null> = new Map(clients.map((_, i) => [i, null]));
  for (const phaseIndex of PARTS.keys()) {
    for (const [i, message] of messages) {
      const gone = drops.get(i);
      if (gone !== undefined && PARTS.indexOf(gone) <= phaseIndex) continue;
      const client = clients[i]!;
      const reply = message ? client.answer(way.down(message)) : client.begin();
      server.take(i, way.up(reply));
      await setImmediate(undefined, { signal });
    }
    messages = server.close();
  }
  if (!server.result) throw maskingMessageError("the last part is open");
  return { sum: server.result, summed: server.summed, sent: way.sent, received: way.received };
}

/** Counts transferred bytes. */
class Way {
  sent = 0;
  received = 0;
  constructor(private readonly round: MaskingRound) {}

  up(reply: ClientMessage): ClientMessage {
    const bytes = encodeMaskingMessage(this.round, reply);
    this.sent += bytes.length;
    return asClientMessage(decodeMaskingMessage(this.round, bytes));
  }
  down(request: ServerMessage): ServerMessage {
    const bytes = encodeMaskingMessage(this.round, request);
    this.received += bytes.length;
    return asServerMessage(decodeMaskingMessage(this.round, bytes));
  }
}

/** Narrows to a message from a client; throws `secure-message` for one to a client. */
export function asClientMessage(message: MaskingMessage): ClientMessage {
  if (isTold(message)) throw maskingMessageError("clients do not send this message");
  return message;
}

/** Narrows to a message to a client; throws `secure-message` for one from a client. */
export function asServerMessage(message: MaskingMessage): ServerMessage {
  if (!isTold(message)) throw maskingMessageError("clients do not receive this message");
  return message;
}

function isTold(message: MaskingMessage): message is ServerMessage {
  return message.is === "roster" || message.is === "sealed" || message.is === "survivors" || message.is === "agreed";
}
