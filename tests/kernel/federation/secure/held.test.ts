/** What a client elsewhere holds for a secret sum, and to whom it gives it. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { encodeBegin, decodeBegin } from "#kernel/federation/secure/begin.js";
import { Held } from "#kernel/federation/secure/held.js";
import { decode, encode } from "#kernel/federation/secure/messages.js";
import { leastThreshold, type Terms } from "#kernel/federation/secure/round.js";
import { MaskingServer } from "#kernel/federation/secure/server.js";
import { saidOf } from "#kernel/federation/secure/together.js";

const VALUES = 5;
const vectorOf = (client: number, round: number): Float64Array =>
  Float64Array.from({ length: VALUES }, (_, i) => client - 1 + i / 8 + round);
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
  return "none";
};
const clientsOf = (count: number, least = 3): Held[] =>
  Array.from({ length: count }, () => new Held(generateKeyPairSync("ed25519").privateKey, least));

function termsOf(clients: readonly Held[], o: Partial<Terms> = {}): Terms {
  return {
    ...{ session: new Uint8Array(16).fill(clients.length), nodes: clients.map(({ key }) => key) },
    ...{ threshold: leastThreshold(clients.length), values: VALUES, range: 16, bits: 32 as const, ...o },
  };
}

/** The whole sum, as whoever leads puts it together from bytes. */
function summed(clients: readonly Held[], round: number): Float64Array | null {
  const terms = termsOf(clients);
  const server = new MaskingServer(terms);
  let told = new Map(clients.map((_, place) => [place, encodeBegin({ round, place, terms })]));
  for (let part = 0; part < 5; part++) {
    for (const [place, message] of told)
      server.take(place, saidOf(decode(server.round, clients[place]!.answer(message))));
    told = new Map([...server.close()].map(([place, message]) => [place, encode(server.round, message)]));
  }
  return server.result;
}

describe("a vector that a client elsewhere holds", () => {
  it("is in the sum, round by round", () => {
    const clients = clientsOf(4);
    for (const round of [1, 3]) {
      for (const [i, client] of clients.entries()) client.hold(round, vectorOf(i, round));
      const sum = summed(clients, round);
      for (let at = 0; at < VALUES; at++)
        assert.ok(Math.abs((sum?.[at] ?? 0) - (2 + at / 2 + 4 * round)) < 1e-6, `${String(at)}: ${String(sum?.[at])}`);
    }
  });

  it("is in one sum alone: not in a second one, not among others, not in one of a round before", () => {
    const clients = clientsOf(4);
    const [first] = clients as [Held];
    for (const [i, client] of clients.entries()) client.hold(2, vectorOf(i, 2));
    const begin = (among: readonly Held[], round = 2): string =>
      code(() => first.answer(encodeBegin({ round, place: 0, terms: termsOf(among) })));
    assert.equal(begin(clients), "none");
    assert.equal(begin(clients), "sum-again");
    assert.equal(begin(clients.slice(0, 3)), "sum-again");
    assert.equal(begin(clients, 1), "sum-again");
    // The same round, trained again because whoever leads asked so: it comes to the same vector.
    first.forget();
    first.hold(2, vectorOf(0, 2));
    assert.equal(begin(clients.slice(0, 3)), "sum-again");
    first.hold(3, vectorOf(0, 3));
    assert.equal(begin(clients, 3), "none");
  });

  it("is given to no sum without this client, of few, of another length, or of a round that isn't here", () => {
    const clients = clientsOf(5, 4);
    const [first, second] = clients as [Held, Held];
    first.hold(1, vectorOf(0, 1));
    const answer = (o: { place?: number; round?: number; among?: readonly Held[]; terms?: Partial<Terms> }): string => {
      const { place = 0, round = 1, among = clients, terms = {} } = o;
      return code(() => first.answer(encodeBegin({ round, place, terms: termsOf(among, terms) })));
    };
    assert.equal(answer({ round: 2 }), "sum-unfit");
    assert.equal(answer({ place: 1 }), "sum-unfit");
    assert.equal(answer({ among: clients.slice(1) }), "sum-unfit");
    assert.equal(answer({ among: clients.slice(0, 3) }), "sum-unfit");
    assert.equal(answer({ terms: { values: VALUES + 1 } }), "sum-unfit");
    assert.equal(answer({ place: 9 }), "secure-message");
    assert.equal(
      code(() => second.answer(encodeBegin({ round: 1, place: 1, terms: termsOf(clients) }))),
      "sum-unfit",
    );
    assert.equal(
      code(() => first.answer(new Uint8Array(40))),
      "sum-unfit",
    );
    // Not one of them took the vector.
    assert.equal(answer({}), "none");
  });

  it("is given to sums of peers alone, where they are named", () => {
    const all = clientsOf(4);
    const peers = new Set(all.slice(0, 3).map(({ key }) => Buffer.from(key).toString("base64")));
    const first = new Held(generateKeyPairSync("ed25519").privateKey, 3, peers);
    const ask = (others: readonly Held[]): string => {
      first.hold(1, vectorOf(0, 1));
      return code(() => first.answer(encodeBegin({ round: 1, place: 0, terms: termsOf([first, ...others]) })));
    };
    assert.equal(ask(all.slice(1)), "sum-unfit");
    assert.equal(ask(all.slice(0, 3)), "none");
  });

  it("is masked under no lower threshold, and not where one node has two places", () => {
    for (const terms of [
      { threshold: 2 },
      { threshold: 0 },
      { range: 0 },
      { range: Number.NaN },
      { nodes: null },
    ] as const) {
      const clients = clientsOf(4);
      const [first, second] = clients as [Held, Held];
      first.hold(1, vectorOf(0, 1));
      const { nodes, ...rest } = { nodes: undefined, ...terms };
      const twice = [first.key, second.key, second.key, second.key];
      const wrong = { ...termsOf(clients, rest), ...(nodes === null && { nodes: twice }) };
      const refused = code(() => first.answer(encodeBegin({ round: 1, place: 0, terms: wrong })));
      assert.match(refused, /^secure-/, JSON.stringify(terms));
    }
  });

  it("is asked for by bytes that say what they said", () => {
    const terms = termsOf(clientsOf(3));
    const bytes = encodeBegin({ round: 7, place: 2, terms });
    assert.deepEqual(decodeBegin(bytes), { round: 7, place: 2, terms });
    for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Uint8Array.of(0)]), new Uint8Array(0)])
      assert.equal(
        code(() => decodeBegin(wrong)),
        "secure-message",
      );
    const many = Buffer.from(bytes);
    many.writeUInt32LE(4_000_000_000, 48);
    assert.equal(
      code(() => decodeBegin(many)),
      "secure-message",
    );
  });
});
