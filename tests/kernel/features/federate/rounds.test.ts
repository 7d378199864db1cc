/** Rounds with remote clients: lost clients, how they are reported, and when the federation ends. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Client, RoundAnswer, RoundInstruction } from "#kernel/features/federate/contract.js";
import { FederatedRounds, type RoundsOptions } from "#kernel/features/federate/rounds.js";
import { FederationServer, type SecureSummer } from "#kernel/features/federate/server.js";
import { localMaskedSummer } from "#kernel/features/federate/simulated/masked-clients.js";
import { StateVector } from "#kernel/remote/process-group/state-vector.js";
import type { CompletedStep } from "#kernel/training/loop/step-source.js";

const call = { word: "fedavg", kind: "aggregator", arguments: {} };
const plan = {
  ...{ others: [], clients: null, joined: 3, rounds: 4, participation: { share: 1 }, stragglers: 0 },
  ...{ aggregate: call, secure_aggregation: false, compression: [] },
} as RoundsOptions["plan"];

/** A session with one state in memory. */
function held(values: Float32Array): { readonly weights: StateVector; readonly now: () => readonly number[] } {
  let state: NDArray = { dtype: "f32", shape: [values.length], bytes: new Uint8Array(values.buffer.slice(0)) };
  const session = {
    read: () => Promise.resolve(state),
    write: (_: string, value: NDArray) => {
      state = { ...value, bytes: value.bytes.slice() };
      return Promise.resolve();
    },
  };
  return {
    weights: new StateVector(session, new Map([["w", [values.length]]])),
    now: () => [...new Float32Array(state.bytes.slice().buffer)],
  };
}

/** Returns a client that moves one weight by its row count; `lost`: rounds in which it is lost. */
function client(name: string, rows: number, lost: readonly number[] = [], epsilon?: number): Client {
  return {
    ...{ name, rows },
    train({ round, weights }: RoundInstruction): Promise<RoundAnswer> {
      if (lost.includes(round))
        return Promise.reject(new CodedError("flower-client", { client: name, why: "no response in time" }));
      const delta = weights.map(() => rows);
      const told = epsilon === undefined ? {} : { epsilon: epsilon * round };
      return Promise.resolve({
        ...{ rows, steps: 2, loss: 1, delta, given: {}, tokens: rows, bytes: 7, seconds: 0 },
        ...told,
      });
    },
  };
}

const roundIn = (step: CompletedStep | null) => step?.events?.find((event) => event.kind === "round");

function roundsOf(clients: readonly Client[], more: Partial<RoundsOptions> = {}, summed?: SecureSummer) {
  const engine = held(Float32Array.of(0, 0));
  const carrier = { sent: 100, received: 10 };
  const server = new FederationServer({
    aggregator: { call, implementation: {} },
    ...{ rows: clients.map(({ rows }) => rows), rounds: 4, weights: Float32Array.of(0, 0) },
    ...(summed && { summed }),
  });
  const rounds = new FederatedRounds(
    {
      ...{ plan, seed: 1, server, clients, carrier, weights: engine.weights, rate: (round, steps) => round * steps },
      ...more,
    },
    0,
  );
  return { rounds, carrier, engine };
}

describe("rounds with remote clients", () => {
  it("continue without a lost client, report its name and reason, and include it in the next round", async () => {
    const { rounds, engine } = roundsOf([client("a", 1), client("b", 3, [1]), client("c", 1)]);
    const first = await rounds.next(4);
    assert.deepEqual(roundIn(first)?.lost, ["b"]);
    assert.match(roundIn(first)?.why ?? "", /^flower-client: client b did not answer/);
    assert.deepEqual(
      roundIn(first)?.clients.map(({ name }) => name),
      ["a", "c"],
    );
    assert.deepEqual(engine.now(), [1, 1]);
    const second = await rounds.next(4);
    assert.deepEqual(roundIn(second)?.lost, []);
    assert.equal(roundIn(second)?.why, undefined);
    // The weight increases by (1·1 + 3·3 + 1·1) / 5.
    assert.deepEqual(
      engine.now().map((x) => Number(x.toFixed(6))),
      [3.2, 3.2],
    );
    assert.equal(second?.rate, 4);
  });

  it("report the bytes transferred since the previous round", async () => {
    const { rounds, carrier } = roundsOf([client("a", 1), client("b", 3), client("c", 1)]);
    const [first] = [await rounds.next(4)];
    carrier.sent += 50;
    carrier.received += 5;
    const second = await rounds.next(4);
    assert.deepEqual([roundIn(first)?.sent, roundIn(first)?.received], [100, 10]);
    assert.deepEqual([roundIn(second)?.sent, roundIn(second)?.received], [50, 5]);
    // A validation reports its own bytes, and the next round does not count them again.
    carrier.sent += 7;
    assert.deepEqual(rounds.carried(), { sent: 7, received: 0 });
    assert.equal(roundIn(await rounds.next(4))?.sent, 0);
  });

  it("stop if too few clients answer, with the weights of the last complete round", async () => {
    const clients = [client("a", 1), client("b", 3, [2]), client("c", 1, [2])];
    const { rounds, engine } = roundsOf(clients, { least: { clients: 2, why: "`krum`" } });
    await rounds.next(4);
    const before = engine.now();
    await assert.rejects(rounds.next(4), (error: unknown) => {
      assert.ok(error instanceof CodedError);
      assert.equal(error.code, "round-lost");
      assert.match(error.message, /1 of 3 clients answered in round 2, but `krum` needs 2; client b did not answer/);
      return true;
    });
    assert.deepEqual(engine.now(), before);
    assert.equal(rounds.behind, 1);
    assert.ok(rounds.keepsWeightsOnFailure);
    const { rounds: none } = roundsOf(clients.map(({ name }) => client(name, 1, [1])));
    await assert.rejects(none.next(4), { code: "round-lost" });
  });

  it("skip a round whose secure aggregation fails; a second failure in a row ends the federation", async () => {
    /** Returns a summer that fails in the given rounds because of wrong shares. */
    const failing =
      (...bad: readonly number[]): SecureSummer =>
      (of) =>
        bad.includes(of.order.round)
          ? Promise.reject(new CodedError("secure-shares", { client: 1 }))
          : localMaskedSummer()({ ...of, selected: { clients: [...of.answers.keys()], lost: [] } });
    const clients = [client("a", 1), client("b", 3), client("c", 2), client("d", 4)];
    const { rounds, engine } = roundsOf(clients, {}, failing(2, 4));
    await rounds.next(4);
    const before = engine.now();
    const step = await rounds.next(4);
    assert.deepEqual(engine.now(), before);
    assert.ok(before[0]! > 0);
    assert.equal(rounds.behind, 2);
    assert.deepEqual([step?.norm, step?.loss], [0, 1]);
    assert.deepEqual([roundIn(step)?.clients, roundIn(step)?.lost], [[], ["a", "b", "c", "d"]]);
    assert.match(roundIn(step)?.why ?? "", /^secure-shares: /);
    assert.deepEqual(roundIn(await rounds.next(4))?.lost, []);
    assert.notDeepEqual(engine.now(), before);
    assert.equal((await rounds.next(4))?.norm, 0);
    const { rounds: ended, engine: other } = roundsOf(clients, {}, failing(2, 3));
    for (let n = 0; n < 2; n++) await ended.next(4);
    const last = other.now();
    await assert.rejects(ended.next(4), { code: "secure-shares" });
    assert.deepEqual(other.now(), last);
    // An error that is not from secure aggregation ends the training at once.
    const broken = roundsOf(clients, {}, () => Promise.reject(new TypeError("a defect")));
    await assert.rejects(broken.rounds.next(4), TypeError);
  });

  it("report the largest ε of any client, also after that client is lost", async () => {
    let most = 0;
    const spent: RoundsOptions["spent"] = (answers) =>
      (most = Math.max(most, ...[...answers.values()].map(({ epsilon }) => epsilon ?? 0)));
    const { rounds } = roundsOf([client("a", 1, [], 0.5), client("b", 3, [2], 2), client("c", 1)], { spent });
    assert.equal((await rounds.next(4))?.report?.epsilon, 2);
    assert.equal((await rounds.next(4))?.report?.epsilon, 2);
    assert.equal((await rounds.next(4))?.report?.epsilon, 6);
  });

  it("stop on an interrupt with the weights of the last complete round", async () => {
    const slow: Client = {
      ...{ name: "c", rows: 1 },
      train: (order, signal) =>
        order.round === 1
          ? client("c", 1).train(order)
          : new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("stopped")))),
    };
    const { rounds, engine } = roundsOf([client("a", 1), client("b", 3), slow]);
    await rounds.next(4);
    const before = engine.now();
    const under = rounds.next(4);
    under.catch(() => undefined);
    assert.deepEqual(await rounds.stop(1), []);
    assert.deepEqual(engine.now(), before);
    await assert.rejects(under);
  });
});
