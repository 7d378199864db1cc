import assert from "node:assert/strict";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import {
  decodeMaskingMessage,
  encodeMaskingMessage,
  type BytesByClient,
  type ClientMessage,
  type ServerMessage,
} from "#kernel/features/federate/secure/messages.js";
import { cryptoPrimitives } from "#kernel/features/federate/secure/primitives.js";
import { keysToSign, maskingRoundOf } from "#kernel/features/federate/secure/round.js";
import {
  recoverSecret,
  SHAMIR_PRIME,
  splitSecret,
  interpolationWeights,
} from "#kernel/features/federate/secure/shamir.js";
import { carried, nodeKey, partiesOf, termsFor, type Ways } from "./parties.js";

const terms = termsFor(4, 2);
const vectors = [0.1, 0.2, 0.3, 0.4].map((value) => Float64Array.of(value, -value));
const fresh = () => partiesOf(terms, vectors);
function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return "none";
}
const through = (ways: Ways): string => codeOf(() => carried(fresh(), new Map(), ways));
const changed = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const withEntry = (each: BytesByClient, client: number, bytes: Uint8Array): BytesByClient =>
  new Map([...each, [client, bytes]]);

describe("client of a secure sum", () => {
  it("rejects keys without a valid node signature, and swapped keys", () => {
    const roster = (change: (keys: BytesByClient) => BytesByClient): string =>
      through({ down: (told, to) => (told.is === "roster" && to === 0 ? { ...told, keys: change(told.keys) } : told) });
    const own = fresh().clients[0]!.begin() as Extract<ClientMessage, { is: "keys" }>;
    assert.equal(
      roster((keys) => withEntry(keys, 1, changed(keys.get(1)!))),
      "secure-signature",
    );
    assert.equal(
      roster((keys) => withEntry(keys, 1, changed(keys.get(1)!, 127))),
      "secure-signature",
    );
    assert.equal(
      roster((keys) => withEntry(keys, 1, keys.get(2)!)),
      "secure-keys",
    );
    assert.equal(
      roster((keys) => withEntry(keys, 0, own.keys)),
      "secure-keys",
    );
    assert.equal(
      roster((keys) => new Map([...keys].slice(0, 2))),
      "secure-survivors",
    );
  });

  it("rejects a small-order key, even if signed by its node", () => {
    const zero = new Uint8Array(32);
    const keys = Buffer.concat([zero, cryptoPrimitives.pair().publicKey]);
    const forged = Buffer.concat([keys, cryptoPrimitives.sign(nodeKey(1), keysToSign(maskingRoundOf(terms), 1, keys))]);
    assert.equal(
      through({ up: (said, from) => (said.is === "keys" && from === 1 ? { is: "keys", keys: forged } : said) }),
      "secure-keys",
    );
  });

  it("rejects sealed messages that were altered, swapped or sealed for another client", () => {
    const sealed = (change: (sealed: BytesByClient, to: number) => BytesByClient): string =>
      through({ down: (told, to) => (told.is === "sealed" ? { ...told, sealed: change(told.sealed, to) } : told) });
    assert.equal(
      sealed((each, to) => (to === 0 ? withEntry(each, 1, changed(each.get(1)!, 40)) : each)),
      "secure-sealed",
    );
    assert.equal(
      sealed((each, to) => (to === 0 ? withEntry(each, 1, each.get(2)!) : each)),
      "secure-sealed",
    );
    assert.equal(
      sealed((each, to) => (to === 0 ? new Map([...each].slice(0, 1)) : each)),
      "secure-survivors",
    );
  });

  it("rejects client lists without itself, with unknown clients or with too few", () => {
    const list = (of: readonly number[]): string =>
      through({
        down: (told) =>
          told.is === "survivors"
            ? { ...told, clients: new Map(of.map((client) => [client, new Uint8Array(0)])) }
            : told,
      });
    assert.equal(list([1, 2, 3]), "secure-list");
    assert.equal(list([0, 1]), "secure-survivors");
    // Adds a client to the list that dropped out before it shared its secrets.
    assert.equal(
      codeOf(() =>
        carried(fresh(), new Map([[3, "shares"]]), {
          down: (told) =>
            told.is === "survivors" ? { ...told, clients: withEntry(told.clients, 3, new Uint8Array(0)) } : told,
        }),
      ),
      "secure-list",
    );
  });

  it("releases one share per client, whatever the server requests", () => {
    const parties = fresh();
    const answers: Extract<ClientMessage, { is: "unmasking" }>[] = [];
    const asked: ServerMessage[] = [];
    carried(parties, new Map([[3, "input"]]), {
      up: (said) => (said.is === "unmasking" && answers.push(said), said),
      down: (told) => (told.is === "survivors" || told.is === "agreed" ? asked.push(told) : 0, told),
    });
    assert.equal(answers.length, 3);
    for (const { seeds, keys } of answers) {
      assert.deepEqual([...seeds.keys()], [0, 1, 2]);
      assert.deepEqual([...keys.keys()], [3]);
    }
    // On a second request, with the same list or another one, the client does not answer.
    for (const told of asked)
      assert.equal(
        codeOf(() => parties.clients[0]!.answer(told)),
        "secure-order",
      );
  });

  it("releases no share of either kind if other clients received another list", () => {
    // A server reports to half of the clients that the last one dropped out, and requests its seed from the others.
    const told: string[] = [];
    const code = through({
      down(message, to) {
        if (message.is === "survivors" && to < 2)
          return { ...message, clients: new Map([...message.clients].filter(([client]) => client !== 3)) };
        told.push(message.is);
        return message;
      },
    });
    // The server's own list has all four clients, but the first two signed another list.
    assert.equal(code, "secure-signature");
    // A server that does not check the signatures forwards them, and each client detects the mismatch.
    const parties = fresh();
    const { round } = parties.server;
    let agreement: BytesByClient = new Map();
    assert.equal(
      codeOf(() =>
        carried(parties, new Map(), {
          up: (said, from) => {
            if (said.is === "agreement") agreement = withEntry(agreement, from, said.signature);
            return said;
          },
          down: (message) =>
            message.is === "agreed"
              ? { is: "agreed", signatures: withEntry(agreement, 1, changed(agreement.get(1)!)) }
              : message,
        }),
      ),
      "secure-signature",
    );
    assert.equal(round.threshold, 3);
  });

  it("rejects agreements of too few clients, and of a client outside the sum", () => {
    const agreed = (change: (signatures: BytesByClient) => BytesByClient): string =>
      codeOf(() =>
        carried(fresh(), new Map([[3, "input"]]), {
          down: (told) => (told.is === "agreed" ? { ...told, signatures: change(told.signatures) } : told),
        }),
      );
    assert.equal(
      agreed((signatures) => new Map([...signatures].slice(0, 2))),
      "secure-survivors",
    );
    assert.equal(
      agreed((signatures) => withEntry(signatures, 3, signatures.get(0)!)),
      "secure-list",
    );
  });

  it("answers each message once and in order, and nothing after an error", () => {
    const told: ServerMessage[] = [];
    const parties = fresh();
    carried(parties, new Map(), { down: (message, to) => (to === 0 && told.push(message), message) });
    for (const skipped of [1, 2, 3]) {
      const client = fresh().clients[0]!;
      client.begin();
      assert.equal(
        codeOf(() => client.answer(told[skipped]!)),
        "secure-order",
      );
      assert.equal(
        codeOf(() => client.answer(told[0]!)),
        "secure-order",
      );
    }
    // The roster of another round has other keys of this client.
    const client = fresh().clients[0]!;
    client.begin();
    assert.equal(
      codeOf(() => client.answer(told[0]!)),
      "secure-keys",
    );
    assert.equal(
      codeOf(() => client.begin()),
      "secure-order",
    );
    assert.equal(
      codeOf(() => fresh().clients[0]!.answer(told[0]!)),
      "secure-order",
    );
  });
});

describe("server of a secure sum", () => {
  it("accepts each message once, in its phase, from present clients", () => {
    const { server, clients } = fresh();
    const keys = clients.map((client) => client.begin());
    server.take(0, keys[0]!);
    assert.equal(
      codeOf(() => server.take(0, keys[0]!)),
      "secure-order",
    );
    assert.equal(
      codeOf(() => server.take(1, { is: "input", words: new Uint32Array(2) })),
      "secure-order",
    );
    assert.equal(
      codeOf(() => server.take(9, keys[0]!)),
      "secure-order",
    );
    assert.equal(
      codeOf(() => server.take(1, keys[2]!)),
      "secure-signature",
    );
    server.take(1, keys[1]!);
    server.take(2, keys[2]!);
    assert.equal(server.complete, false);
    const told = server.close();
    assert.deepEqual([...told.keys()], [0, 1, 2]);
    assert.equal(
      codeOf(() => server.take(3, keys[3]!)),
      "secure-order",
    );
    assert.equal(
      codeOf(() => server.close()),
      "secure-survivors",
    );
    assert.equal(
      codeOf(() => server.close()),
      "secure-order",
    );
  });

  it("detects wrong shares of seeds and keys, and returns no sum", () => {
    const wrong = (of: "seeds" | "keys", client: number): string =>
      codeOf(() =>
        carried(fresh(), new Map([[3, "input"]]), {
          up: (said, from) =>
            said.is === "unmasking" && from === 0
              ? { ...said, [of]: withEntry(said[of], client, changed(said[of].get(client)!, 32)) }
              : said,
        }),
      );
    assert.equal(wrong("seeds", 1), "secure-shares");
    assert.equal(wrong("keys", 3), "secure-shares");
  });

  it("requires shares for exactly the requested clients", () => {
    const without = (said: ClientMessage): ClientMessage =>
      said.is === "unmasking" ? { ...said, seeds: new Map([...said.seeds].slice(1)) } : said;
    assert.equal(through({ up: without }), "secure-message");
    const few = (said: ClientMessage): ClientMessage => (said.is === "shares" ? { ...said, sealed: new Map() } : said);
    assert.equal(through({ up: few }), "secure-message");
  });
});

describe("secure sum messages", () => {
  const round = maskingRoundOf(terms);
  const all: (ClientMessage | ServerMessage)[] = [];
  before(() => {
    carried(fresh(), new Map([[3, "input"]]), {
      up: (said, from) => (from === 0 && all.push(structuredClone(said)), said),
      down: (told, to) => (to === 0 && all.push(structuredClone(told)), told),
    });
  });

  it("survive serialisation", () => {
    assert.equal(all.length, 9);
    for (const message of all)
      assert.deepEqual(decodeMaskingMessage(round, encodeMaskingMessage(round, message)), message);
  });
  it("are rejected if truncated, too long, from another round or out of order", () => {
    const other = maskingRoundOf({ ...terms, session: Uint8Array.of(7) });
    for (const message of all) {
      const bytes = encodeMaskingMessage(round, message);
      for (const wrong of [
        bytes.subarray(0, -1),
        Buffer.concat([bytes, Uint8Array.of(0)]),
        changed(bytes, 2),
        changed(bytes, 9),
      ])
        assert.equal(
          codeOf(() => decodeMaskingMessage(round, wrong)),
          "secure-message",
          message.is,
        );
      assert.equal(
        codeOf(() => decodeMaskingMessage(other, bytes)),
        "secure-message",
      );
    }
    assert.equal(
      codeOf(() => decodeMaskingMessage(round, new Uint8Array(0))),
      "secure-message",
    );
    const roster = all.find((message) => message.is === "roster")!;
    const twice = encodeMaskingMessage(round, roster);
    twice.copyWithin(40 + 132, 40, 40 + 132);
    assert.equal(
      codeOf(() => decodeMaskingMessage(round, twice)),
      "secure-message",
    );
  });
  it("have error codes whose texts contain no values", () => {
    const words = diagnosticText({ code: "secure-range", data: { range: 1, place: 3 } });
    assert.equal(words.message, "value 3 of the vector is not a number from −1 to 1");
  });
});

describe("secret shares", () => {
  it("recover the secret at the threshold, and reveal nothing below it", () => {
    const secret = cryptoPrimitives.random(32);
    const shares = splitSecret(secret, 3, 5, cryptoPrimitives.random);
    const by = (...places: readonly number[]) =>
      recoverSecret(
        places.map((place) => shares[place - 1]!),
        interpolationWeights(places),
      );
    for (const places of [
      [1, 2, 3],
      [3, 4, 5],
      [5, 1, 4],
      [1, 2, 3, 4, 5],
    ])
      assert.deepEqual(by(...places), secret);
    assert.notDeepEqual(by(1, 2), secret);
  });
  it("support secrets at both ends of the range", () => {
    for (const byte of [0, 255]) {
      const secret = new Uint8Array(32).fill(byte);
      const shares = splitSecret(secret, 2, 3, cryptoPrimitives.random);
      assert.deepEqual(recoverSecret(shares.slice(1), interpolationWeights([2, 3])), secret);
    }
    const most = Buffer.from((SHAMIR_PRIME - 1n).toString(16).padStart(66, "0"), "hex");
    assert.equal(recoverSecret([most], [1n]), null);
  });
  it("below the threshold are consistent with every secret", () => {
    // Two of three shares and any third value at 0 lie on one polynomial of degree 2, so no secret is excluded.
    const shares = splitSecret(cryptoPrimitives.random(32), 3, 3, cryptoPrimitives.random);
    const at = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
    for (const guess of [0n, 1n, SHAMIR_PRIME - 1n]) {
      const [w1, w2, w3] = interpolationWeights([1, 2, 3]) as [bigint, bigint, bigint];
      const inverse = (value: bigint): bigint => {
        let [result, base, power] = [1n, value, SHAMIR_PRIME - 2n];
        for (; power > 0n; power >>= 1n, base = (base * base) % SHAMIR_PRIME)
          if (power & 1n) result = (result * base) % SHAMIR_PRIME;
        return result;
      };
      const rest = (((guess - at(shares[0]!) * w1 - at(shares[1]!) * w2) % SHAMIR_PRIME) + SHAMIR_PRIME) % SHAMIR_PRIME;
      const third = (rest * inverse(w3)) % SHAMIR_PRIME;
      assert.equal((at(shares[0]!) * w1 + at(shares[1]!) * w2 + third * w3) % SHAMIR_PRIME, guess);
    }
  });
});
