/**
 * A secure sum with all its parties in this process, as `federate` simulates it: every message goes as bytes, so that what is
 * counted is what machines would send each other.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { MaskingClient } from "./client.js";
import type { Part } from "./codes.js";
import { type Bits } from "./fixed-point.js";
import { decode, encode, unreadable, type Message, type Said, type Told } from "./messages.js";
import { rawPublic } from "./primitives.js";
import { leastThreshold, type Round, type Terms } from "./round.js";
import { MaskingServer } from "./server.js";

export interface SumOptions {
  /** The greatest absolute value of one client. */
  readonly range: number;
  /** How many of the clients must stay to the end. Absent: the fewest that are more than two thirds. */
  readonly threshold?: number;
  /** Of a whole number on the way. Absent: 32. */
  readonly bits?: Bits;
  /** Clients, by their place, that say nothing from a part on. */
  readonly drops?: ReadonlyMap<number, Part>;
  readonly signal?: AbortSignal;
}
export interface SecureSum {
  readonly sum: Float64Array;
  /** Places of the clients whose vectors are in it. */
  readonly summed: readonly number[];
  /** That all clients together sent and were sent. */
  readonly sent: number;
  readonly received: number;
}

const PARTS: readonly Part[] = ["keys", "shares", "input", "agreement", "unmasking"];

/** Vectors of one length. Errors: those of `MaskingClient` and `MaskingServer`, the first that there is. */
export async function securelySummed(
  vectors: readonly (Float64Array | Float32Array)[],
  options: SumOptions,
): Promise<SecureSum> {
  const { drops = new Map<number, Part>(), signal } = options;
  const nodes = vectors.map(() => generateKeyPairSync("ed25519"));
  const terms: Terms = {
    session: new Uint8Array(randomBytes(16)),
    // In one process there is one order.
    order: new Uint8Array(32),
    nodes: nodes.map(({ publicKey }) => rawPublic(publicKey)),
    threshold: options.threshold ?? leastThreshold(vectors.length),
    values: vectors[0]?.length ?? 0,
    range: options.range,
    bits: options.bits ?? 32,
  };
  const server = new MaskingServer(terms);
  const clients = nodes.map(({ privateKey }, i) => new MaskingClient(terms, i, privateKey, vectors[i]!));
  const way = new Way(server.round);
  let told: ReadonlyMap<number, Told | null> = new Map(clients.map((_, i) => [i, null]));
  for (const at of PARTS.keys()) {
    for (const [i, message] of told) {
      const gone = drops.get(i);
      if (gone !== undefined && PARTS.indexOf(gone) <= at) continue;
      const client = clients[i]!;
      const said = message ? client.answer(way.down(message)) : client.begin();
      server.take(i, way.up(said));
      await setImmediate(undefined, { signal });
    }
    told = server.close();
  }
  if (!server.result) throw unreadable("the last part is open");
  return { sum: server.result, summed: server.summed, sent: way.sent, received: way.received };
}

/** Counts what is carried. */
class Way {
  sent = 0;
  received = 0;
  constructor(private readonly round: Round) {}

  up(said: Said): Said {
    const bytes = encode(this.round, said);
    this.sent += bytes.length;
    return saidOf(decode(this.round, bytes));
  }
  down(told: Told): Told {
    const bytes = encode(this.round, told);
    this.received += bytes.length;
    return toldOf(decode(this.round, bytes));
  }
}

/** What a client may say; `secure-message` for what it is told. */
export function saidOf(message: Message): Said {
  if (isTold(message)) throw unreadable("a client says no such thing");
  return message;
}

/** What a client may be told; `secure-message` for what it says. */
export function toldOf(message: Message): Told {
  if (!isTold(message)) throw unreadable("a client is told no such thing");
  return message;
}

function isTold(message: Message): message is Told {
  return message.is === "roster" || message.is === "sealed" || message.is === "survivors" || message.is === "agreed";
}
