/**
 * The server side of rounds with remote clients: lost clients, and secure aggregation over messages, with clients
 * simulated in this process.
 */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { askClientsConcurrently } from "#kernel/features/federate/client-requests.js";
import type { RemoteClients, Client, RoundAnswer, RoundInstruction } from "#kernel/features/federate/contract.js";
import { remoteMaskedSummer } from "#kernel/features/federate/elsewhere/masked-remote-clients.js";
import { ClientMaskingState } from "#kernel/features/federate/secure/client-state.js";
import type { SecureSumInput } from "#kernel/features/federate/server.js";
import { weightedContribution, secureSumNumberFormatOf } from "#kernel/features/federate/summed-vector.js";

const order: RoundInstruction = { round: 1, rounds: 3, weights: Float32Array.of(1, 2), sent: {} };
const answer = (delta: readonly number[], rows: number): RoundAnswer => ({
  ...{ rows, steps: 2, loss: 1, delta: Float32Array.from(delta), given: {}, tokens: rows, bytes: 1, seconds: 0 },
});
const gone = (client: string, why = "no response in time") => new CodedError("flower-client", { client, why });
const said = (name: string, how: () => Promise<RoundAnswer>): Client => ({ name, rows: 3, train: how });
const never = new AbortController().signal;
const codeOf = (error: unknown): string => (error instanceof CodedError ? error.code : String(error));

describe("requests to remote clients in a round", () => {
  it("are concurrent; a failing client is lost with its reason, and the round continues", async () => {
    const begun: string[] = [];
    let release: () => void = () => undefined;
    const together = new Promise<void>((resolve) => (release = resolve));
    const waits = (name: string): Client =>
      said(name, async () => {
        begun.push(name);
        if (begun.length === 2) release();
        await together;
        return answer([1, 1], 3);
      });
    const clients = [waits("a"), said("b", () => Promise.reject(gone("b"))), waits("c"), waits("d")];
    const counted: number[] = [];
    const { answers, lost, why } = await askClientsConcurrently(
      order,
      { clients: [0, 1, 2] },
      { clients, signal: never, onClient: (done, of) => counted.push(done, of) },
    );
    assert.deepEqual([...answers.keys()], [0, 2]);
    assert.deepEqual(lost, [1]);
    assert.match(why?.message ?? "", /client b did not answer/);
    assert.deepEqual(counted, [1, 3, 2, 3, 3, 3]);
  });

  it("end the federation on a fatal error, a defect or an interrupt", async () => {
    const with_ = (error: Error, signal = never) =>
      askClientsConcurrently(order, { clients: [0] }, { clients: [said("a", () => Promise.reject(error))], signal });
    await assert.rejects(with_(new CodedError("flower-ended", { why: "it was stopped" })), { code: "flower-ended" });
    await assert.rejects(with_(new TypeError("a defect")), TypeError);
    const stopped = new AbortController();
    stopped.abort();
    await assert.rejects(with_(gone("a"), stopped.signal), { name: "AbortError" });
  });
});

describe("secure aggregation over remote clients", () => {
  const rows = [3, 5, 2, 7, 4];
  const answers = new Map(rows.map((n, i) => [i, answer([i + 0.5, -i, 0.25], n)] as const));
  /** `fails`: for each lost client, the index (from 0) of the message at which it is lost. */
  function partiesOf(fails: ReadonlyMap<number, number> = new Map(), code = gone): RemoteClients["clients"] {
    return [...answers].map(([i, one]) => {
      const held = new ClientMaskingState(generateKeyPairSync("ed25519").privateKey, 3);
      held.hold(order, weightedContribution(one, [], one.rows));
      let asked = 0;
      return {
        ...said(String(i), () => Promise.resolve(one)),
        key: held.key,
        mask: (message: Uint8Array) =>
          asked++ === fails.get(i) ? Promise.reject(code(String(i))) : Promise.resolve(held.answer(message)),
      };
    });
  }
  const toSum: SecureSumInput = {
    ...{ order, answers, selected: { clients: [0, 1, 2, 3, 4], lost: [] }, names: [] },
    ...{ weigh: (one) => one.rows, values: 4, width: secureSumNumberFormatOf(rows, null) },
  };
  const plain = (of: readonly number[]): readonly number[] =>
    [0, 1, 2, 3].map((at) =>
      of.reduce((sum, i) => sum + (weightedContribution(answers.get(i)!, [], rows[i]!)[at] ?? 0), 0),
    );
  const close = (sum: Float64Array, wanted: readonly number[]): void => {
    assert.equal(sum.length, wanted.length);
    for (const [i, value] of wanted.entries()) assert.ok(Math.abs((sum[i] ?? NaN) - value) < 1e-5, String([...sum]));
  };

  it("sums the vectors of all clients, and counts the bytes of its messages", async () => {
    const seen = { sent: 0, received: 0 };
    const parties = partiesOf().map((one) => ({
      ...one,
      mask: async (message: Uint8Array) => {
        const said = await one.mask!(message);
        seen.sent += message.length;
        seen.received += said.length;
        return said;
      },
    }));
    const { sum, missing, sent, received } = await remoteMaskedSummer(parties)(toSum);
    close(sum, plain([0, 1, 2, 3, 4]));
    assert.deepEqual(missing, []);
    assert.deepEqual({ sent, received }, seen);
  });

  it("continues without a client that drops out before or after sending its vector", async () => {
    // Messages: keys, shares, input, agreement, unmasking.
    const before = await remoteMaskedSummer(partiesOf(new Map([[1, 2]])))(toSum);
    close(before.sum, plain([0, 2, 3, 4]));
    assert.deepEqual(before.missing, [1]);
    const after = await remoteMaskedSummer(partiesOf(new Map([[3, 3]])))(toSum);
    close(after.sum, plain([0, 1, 2, 3, 4]));
    assert.deepEqual(after.missing, []);
  });

  it("ends with too few clients, at the end of the federation, and on an interrupt", async () => {
    const two = new Map([
      [0, 2],
      [4, 2],
    ]);
    assert.equal(
      codeOf(await remoteMaskedSummer(partiesOf(two))(toSum).catch((error: unknown) => error)),
      "secure-survivors",
    );
    const over = () => new CodedError("flower-ended", { why: "it was stopped" });
    await assert.rejects(remoteMaskedSummer(partiesOf(new Map([[2, 1]]), over as never))(toSum), {
      code: "flower-ended",
    });
    await assert.rejects(remoteMaskedSummer(partiesOf(), AbortSignal.abort())(toSum), { name: "AbortError" });
  });

  it("excludes a client with an invalid message, and never sums a vector twice", async () => {
    const parties = partiesOf();
    const liar = { ...parties[2]!, mask: () => Promise.resolve(new Uint8Array(40)) };
    const { sum, missing } = await remoteMaskedSummer(parties.with(2, liar))(toSum);
    close(sum, plain([0, 1, 3, 4]));
    assert.deepEqual(missing, [2]);
    // The clients have discarded their vectors, so none takes part in another sum of that round.
    assert.equal(codeOf(await remoteMaskedSummer(parties)(toSum).catch((error: unknown) => error)), "secure-survivors");
  });
});
