/**
 * The server's half of a secure sum over remote clients. Each client that answered the round's instruction retains its
 * vector (`summed-vector.ts`) until its parts are requested, message by message, each with one response:
 *
 * | to a client | its response |
 * |---|---|
 * | `MaskingStartMessage` (secure/secure-setup.ts): round, its place, the terms of the sum | `keys` |
 * | `roster` | `shares` |
 * | `sealed` | `input` |
 * | `survivors` | `agreement` |
 * | `agreed` | `unmasking` |
 *
 * All but the first are messages of secure/messages.ts, encoded with the round of those terms. A client that fails or
 * is late in a part has dropped out: the sum continues while more than two thirds remain, and no request is repeated.
 */
import { randomBytes } from "node:crypto";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { FEDERATION_ENDING_CODES, type RemoteClients } from "../contract.js";
import { instructionHash } from "../order-hash.js";
import { encodeMaskingStart } from "../secure/secure-setup.js";
import { decodeMaskingMessage, encodeMaskingMessage, maskingMessageError } from "../secure/messages.js";
import { minSecureSumThreshold, type SecureRoundTerms } from "../secure/round.js";
import { MaskingServer } from "../secure/server.js";
import { asClientMessage } from "../secure/secure-sum.js";
import type { SecureSummer, SummedUpdates, SecureSumInput } from "../server.js";

/** Keys, shares, input, agreement, unmasking. */
const PARTS = 5;

/** `clients`: all clients of the federation. Coded errors of secure sums; `secure-survivors` if too few remain. */
export function remoteMaskedSummer(clients: RemoteClients["clients"], signal?: AbortSignal): SecureSummer {
  return async (input) => {
    // In the order of their numbers, which all parties know.
    const answered = [...input.answers.keys()].sort((a, b) => a - b);
    const sum = new MaskedSum(
      input,
      answered.map((client) => ({ client, asks: mustExist(clients[client], "a client") })),
      signal,
    );
    return sum.whole();
  };
}

interface Party {
  readonly client: number;
  readonly asks: RemoteClients["clients"][number];
}

class MaskedSum {
  private readonly server: MaskingServer;
  private readonly terms: SecureRoundTerms;
  private sent = 0;
  private received = 0;

  constructor(
    private readonly input: SecureSumInput,
    /** By their index in the terms. */
    private readonly parties: readonly Party[],
    private readonly signal: AbortSignal | undefined,
  ) {
    this.terms = {
      session: new Uint8Array(randomBytes(16)),
      order: instructionHash(input.order),
      nodes: parties.map(({ asks }) => asks.key),
      threshold: minSecureSumThreshold(parties.length),
      values: input.values,
      ...input.width,
    };
    this.server = new MaskingServer(this.terms);
  }

  async whole(): Promise<SummedUpdates> {
    const { server, terms, input: of } = this;
    const { round } = of.order;
    let messages: readonly (readonly [place: number, bytes: Uint8Array])[] = this.parties.map(
      (_, place) => [place, encodeMaskingStart({ round, place, terms })] as const,
    );
    for (let part = 0; part < PARTS; part++) {
      // Adds masked vectors as they arrive, since they are long.
      await Promise.all(messages.map(([place, bytes]) => this.part(place, bytes)));
      this.signal?.throwIfAborted();
      messages = [...server.close()].map(
        ([place, message]) => [place, encodeMaskingMessage(server.round, message)] as const,
      );
    }
    if (!server.result) throw maskingMessageError("the last part is open");
    const missing = this.parties.flatMap(({ client }, place) => (server.summed.includes(place) ? [] : [client]));
    return { sum: server.result, missing, sent: this.sent, received: this.received };
  }

  /** Requests one client's part; any error affects that client only, which has then dropped out. */
  private async part(place: number, message: Uint8Array): Promise<void> {
    const { asks } = mustExist(this.parties[place], "a client of the sum");
    this.sent += message.length;
    try {
      if (!asks.mask) throw maskingMessageError("it does not take part in secure sums");
      const reply = await asks.mask(message, this.signal);
      this.received += reply.length;
      this.server.take(place, asClientMessage(decodeMaskingMessage(this.server.round, reply)));
    } catch (error) {
      this.signal?.throwIfAborted();
      if (!(error instanceof CodedError) || FEDERATION_ENDING_CODES.includes(error.code)) throw error;
    }
  }
}
