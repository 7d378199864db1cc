/** The secrets of a remote client for secure aggregation, and to whom it reveals them. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RoundInstruction } from "#kernel/features/federate/contract.js";
import { encodeMaskingStart, decodeMaskingStart } from "#kernel/features/federate/secure/secure-setup.js";
import { ClientMaskingState } from "#kernel/features/federate/secure/client-state.js";
import { instructionHash } from "#kernel/features/federate/order-hash.js";
import { decodeMaskingMessage, encodeMaskingMessage } from "#kernel/features/federate/secure/messages.js";
import { minSecureSumThreshold, type SecureRoundTerms } from "#kernel/features/federate/secure/round.js";
import { MaskingServer } from "#kernel/features/federate/secure/server.js";
import { asClientMessage } from "#kernel/features/federate/secure/secure-sum.js";

const VALUES = 5;
/** Keys, shares, input, agreement, unmasking. */
const PARTS = 5;
const vectorOf = (client: number, round: number): Float64Array =>
  Float64Array.from({ length: VALUES }, (_, i) => client - 1 + i / 8 + round);
/** Returns the instruction of a round, with different weights each time, as in a training. */
const orderOf = (round: number, ...weights: readonly number[]): RoundInstruction => ({
  ...{ round, rounds: 9, weights: Float32Array.of(...(weights.length > 0 ? weights : [round, 2])) },
  sent: { control: Float64Array.of(0.5) },
});
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
  return "none";
};
const clientsOf = (count: number, least = 3): ClientMaskingState[] =>
  Array.from({ length: count }, () => new ClientMaskingState(generateKeyPairSync("ed25519").privateKey, least));

function termsOf(
  clients: readonly ClientMaskingState[],
  order: RoundInstruction,
  o: Partial<SecureRoundTerms> = {},
): SecureRoundTerms {
  return {
    ...{
      session: new Uint8Array(16).fill(clients.length),
      order: instructionHash(order),
      nodes: clients.map(({ key }) => key),
    },
    ...{ threshold: minSecureSumThreshold(clients.length), values: VALUES, range: 16, bits: 32 as const, ...o },
  };
}

/** Returns the complete sum, as the server assembles it from bytes. */
function summed(
  clients: readonly ClientMaskingState[],
  order: RoundInstruction,
  { lost = [], stops = PARTS }: { readonly lost?: readonly number[]; readonly stops?: number } = {},
): Float64Array | null {
  const { round } = order;
  const terms = termsOf(clients, order);
  const server = new MaskingServer(terms);
  let told = new Map(clients.map((_, place) => [place, encodeMaskingStart({ round, place, terms })]));
  for (let part = 0; part < stops; part++) {
    for (const [place, message] of told)
      if (part < 2 || !lost.includes(place))
        server.take(place, asClientMessage(decodeMaskingMessage(server.round, clients[place]!.answer(message))));
    told = new Map([...server.close()].map(([place, message]) => [place, encodeMaskingMessage(server.round, message)]));
  }
  return server.result;
}

describe("vector stored by a remote client", () => {
  it("is included in the sum of each round", () => {
    const clients = clientsOf(4);
    for (const round of [1, 3]) {
      for (const [i, client] of clients.entries()) client.hold(orderOf(round), vectorOf(i, round));
      const sum = summed(clients, orderOf(round));
      for (let at = 0; at < VALUES; at++)
        assert.ok(Math.abs((sum?.[at] ?? 0) - (2 + at / 2 + 4 * round)) < 1e-6, `${String(at)}: ${String(sum?.[at])}`);
    }
  });

  it("is used in one sum only: not twice, not with other clients, not for an earlier round", () => {
    const clients = clientsOf(4);
    const [first] = clients as [ClientMaskingState];
    for (const [i, client] of clients.entries()) client.hold(orderOf(2), vectorOf(i, 2));
    const begin = (among: readonly ClientMaskingState[], round = 2): string =>
      code(() => first.answer(encodeMaskingStart({ round, place: 0, terms: termsOf(among, orderOf(round)) })));
    assert.equal(begin(clients), "none");
    assert.equal(begin(clients), "sum-again");
    assert.equal(begin(clients.slice(0, 3)), "sum-again");
    assert.equal(begin(clients, 1), "sum-unfit");
    first.hold(orderOf(3), vectorOf(0, 3));
    assert.equal(begin(clients, 3), "none");
  });

  it("is reused after a coordinator restart, but only with the same clients", () => {
    const clients = clientsOf(5);
    const again = (
      order: RoundInstruction,
      o: Parameters<typeof summed>[2] & { among?: readonly ClientMaskingState[] } = {},
    ): string => {
      for (const [i, client] of clients.entries()) {
        client.forget();
        client.hold(order, vectorOf(i, 1));
      }
      return code(() => summed(o.among ?? clients, order, o));
    };
    assert.equal(again(orderOf(1)), "none");
    assert.equal(again(orderOf(2), { lost: [4] }), "none");
    // The same rounds again from the first one, and then a second federation.
    assert.equal(again(orderOf(1)), "none");
    assert.equal(again(orderOf(2), { lost: [4] }), "none");
    // One client more or fewer than before, in `lost` or among the participants.
    assert.equal(again(orderOf(2)), "sum-again");
    assert.equal(again(orderOf(1), { lost: [4] }), "sum-again");
    assert.equal(again(orderOf(1), { among: clients.slice(1) }), "sum-again");
    // The same weights under another round number, and with other additional data.
    assert.equal(again(orderOf(3, 1, 2), { lost: [4] }), "sum-again");
    assert.equal(again({ ...orderOf(1), sent: { control: Float64Array.of(0.6) } }, { lost: [4] }), "sum-again");
    // In a sum that stopped earlier nobody signed, so the next sum may have other participants.
    assert.equal(again(orderOf(4), { stops: 3 }), "none");
    assert.equal(again(orderOf(4), { lost: [4] }), "none");
  });

  it("is summed only with answers to the same order", () => {
    const clients = clientsOf(4);
    const begin = (order: RoundInstruction): string => {
      clients[0]!.hold(orderOf(1), vectorOf(0, 1));
      return code(() => clients[0]!.answer(encodeMaskingStart({ round: 1, place: 0, terms: termsOf(clients, order) })));
    };
    assert.equal(begin(orderOf(1)), "none");
    for (const other of [
      orderOf(1, 1, 2.5),
      { ...orderOf(1), rounds: 8 },
      { ...orderOf(1), sent: {} },
      { ...orderOf(1), sent: { control: Float64Array.of(0.6) } },
    ])
      assert.equal(begin(other), "sum-unfit");
    // If each client gets a different instruction, they have no common session.
    const orders = clients.map((_, i) => orderOf(1, i, i));
    const said = clients.map((client, place) => {
      client.hold(orders[place]!, vectorOf(place, 1));
      return client.answer(encodeMaskingStart({ round: 1, place, terms: termsOf(clients, orders[place]!) }));
    });
    const server = new MaskingServer(termsOf(clients, orders[0]!));
    for (const [place, message] of said.entries())
      assert.equal(
        code(() => decodeMaskingMessage(server.round, message)),
        place === 0 ? "none" : "secure-message",
      );
  });

  it("is not released if the sum lacks this client, has too few, another length or another round", () => {
    const clients = clientsOf(5, 4);
    const [first, second] = clients as [ClientMaskingState, ClientMaskingState];
    first.hold(orderOf(1), vectorOf(0, 1));
    const answer = (o: {
      place?: number;
      round?: number;
      among?: readonly ClientMaskingState[];
      terms?: Partial<SecureRoundTerms>;
    }): string => {
      const { place = 0, round = 1, among = clients, terms = {} } = o;
      return code(() =>
        first.answer(encodeMaskingStart({ round, place, terms: termsOf(among, orderOf(round), terms) })),
      );
    };
    assert.equal(answer({ round: 2 }), "sum-unfit");
    assert.equal(answer({ place: 1 }), "sum-unfit");
    assert.equal(answer({ among: clients.slice(1) }), "sum-unfit");
    assert.equal(answer({ among: clients.slice(0, 3) }), "sum-unfit");
    assert.equal(answer({ terms: { values: VALUES + 1 } }), "sum-unfit");
    assert.equal(answer({ place: 9 }), "secure-message");
    assert.equal(
      code(() => second.answer(encodeMaskingStart({ round: 1, place: 1, terms: termsOf(clients, orderOf(1)) }))),
      "sum-unfit",
    );
    assert.equal(
      code(() => first.answer(new Uint8Array(40))),
      "sum-unfit",
    );
    // The rejected messages did not consume the vector.
    assert.equal(answer({}), "none");
  });

  it("is released only to sums of the named peers", () => {
    const all = clientsOf(4);
    const peers = new Set(all.slice(0, 3).map(({ key }) => Buffer.from(key).toString("base64")));
    const first = new ClientMaskingState(generateKeyPairSync("ed25519").privateKey, 3, peers);
    const ask = (others: readonly ClientMaskingState[]): string => {
      first.hold(orderOf(1), vectorOf(0, 1));
      return code(() =>
        first.answer(encodeMaskingStart({ round: 1, place: 0, terms: termsOf([first, ...others], orderOf(1)) })),
      );
    };
    assert.equal(ask(all.slice(1)), "sum-unfit");
    assert.equal(ask(all.slice(0, 3)), "none");
  });

  it("is rejected for a lower threshold, and for a node with two places", () => {
    for (const terms of [
      { threshold: 2 },
      { threshold: 0 },
      { range: 0 },
      { range: Number.NaN },
      { nodes: null },
    ] as const) {
      const clients = clientsOf(4);
      const [first, second] = clients as [ClientMaskingState, ClientMaskingState];
      first.hold(orderOf(1), vectorOf(0, 1));
      const { nodes, ...rest } = { nodes: undefined, ...terms };
      const twice = [first.key, second.key, second.key, second.key];
      const wrong = { ...termsOf(clients, orderOf(1), rest), ...(nodes === null && { nodes: twice }) };
      const refused = code(() => first.answer(encodeMaskingStart({ round: 1, place: 0, terms: wrong })));
      assert.match(refused, /^secure-/, JSON.stringify(terms));
    }
  });

  it("is requested by a message that survives a round trip", () => {
    const terms = termsOf(clientsOf(3), orderOf(7));
    const bytes = encodeMaskingStart({ round: 7, place: 2, terms });
    assert.deepEqual(decodeMaskingStart(bytes), { round: 7, place: 2, terms });
    for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Uint8Array.of(0)]), new Uint8Array(0)])
      assert.equal(
        code(() => decodeMaskingStart(wrong)),
        "secure-message",
      );
    const many = Buffer.from(bytes);
    many.writeUInt32LE(4_000_000_000, 80);
    assert.equal(
      code(() => decodeMaskingStart(many)),
      "secure-message",
    );
  });
});
