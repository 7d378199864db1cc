/** The server side of a federation, on vectors written out. */
import assert from "node:assert/strict";
import type { AggregatorImplementation } from "#stdlib/aggregators/kind.js";
import {
  FederationServer,
  sampleClients,
  samplePrivateClients,
  type SecureSummer,
} from "#kernel/features/federate/server.js";
import { localMaskedSummer } from "#kernel/features/federate/simulated/masked-clients.js";
import { weightedContribution, secureSumNumberFormatOf } from "#kernel/features/federate/summed-vector.js";
import { ClientPrivacy } from "#kernel/features/federate/private.js";
import type { RoundAnswer } from "#kernel/features/federate/contract.js";

const call = { kind: "aggregator", word: "fedavg", arguments: {} } as const;
const answer = (delta: readonly number[], rows: number, given: RoundAnswer["given"] = {}): RoundAnswer => ({
  ...{ rows, steps: 1, loss: rows, tokens: 10, bytes: 4 * delta.length, seconds: 1, given },
  delta: Float32Array.from(delta),
});
const server = (implementation: AggregatorImplementation, summed?: SecureSummer): FederationServer =>
  new FederationServer({
    aggregator: { call, implementation },
    ...{ rows: [1, 2, 3, 2], rounds: 3, weights: Float32Array.of(1, 2), ...(summed && { summed }) },
  });
const asked = { clients: [0, 2], lost: [] };

describe("federation server", () => {
  it("adds the mean of the updates, weighted by rows", async () => {
    const one = server({});
    const done = await one.finish(
      1,
      new Map([
        [0, answer([1, 0], 1)],
        [2, answer([5, 4], 3)],
      ]),
      asked,
    );
    assert.deepEqual([...one.weights], [1 + 4, 2 + 3]);
    assert.equal(done.loss, (1 * 1 + 3 * 3) / 4);
    assert.equal(done.norm, 5);
    assert.deepEqual(
      done.clients.map(({ norm }) => norm),
      [1, Math.sqrt(41)],
    );
    assert.ok(Math.abs((done.clients[0]?.cosine ?? 0) - 0.8) < 1e-12);
  });

  it("calls the aggregator's combine and step, stores its state and sends it to clients", async () => {
    const seen: unknown[] = [];
    const one = server({
      keeps: ["velocity"],
      combine: (_call, updates) => Float64Array.from(updates[1]?.delta ?? []),
      step(_call, { round, mean, given, share, saved: kept }) {
        seen.push([round, [...mean], [...(given["control"] ?? [])], share, [...(kept["velocity"] ?? [])]]);
        kept["velocity"]?.set(mean);
        kept["control"]?.set(given["control"] ?? []);
        return mean.map((value) => 2 * value);
      },
      local: {
        strategy: { states: [] },
        ...{ keeps: [], sent: ["control"] },
        initialStates: () => ({}),
        after: () => ({ saved: {}, given: {} }),
      },
    });
    const answers = new Map([
      [0, answer([1, 0], 1, { control: Float64Array.of(2, 0) })],
      [2, answer([0.5, 4], 3, { control: Float64Array.of(4, 1) })],
    ]);
    assert.deepEqual([...(one.order(1).sent["control"] ?? [])], [0, 0]);
    await one.finish(1, answers, asked);
    assert.deepEqual(seen, [[1, [0.5, 4], [3.5, 0.75], 0.5, [0, 0]]]);
    assert.deepEqual([...one.weights], [2, 10]);
    assert.deepEqual([...(one.order(2).sent["control"] ?? [])], [3.5, 0.75]);
    assert.deepEqual([...(one.state["velocity"] ?? [])], [0.5, 4]);
    assert.equal(one.orderBytes, 16);
  });

  it("gives the same result from sums alone, and reports nothing about single clients then", async () => {
    const vectors: (readonly number[])[] = [];
    const summed: SecureSummer = ({ answers: said, names, weigh, values }) => {
      const all = [...said.values()].map((one) => weightedContribution(one, names, weigh(one)));
      assert.ok(all.every(({ length }) => length === values));
      vectors.push(...all.map((one) => [...one]));
      const [first = new Float64Array(), ...others] = all;
      const sum = first.map((value, i) => others.reduce((all, one) => all + (one[i] ?? 0), value));
      return Promise.resolve({ sum, sent: 7, received: 8 });
    };
    const answers = new Map([
      [0, answer([1, 0], 1)],
      [2, answer([5, 4], 3)],
    ]);
    const one = server({}, summed);
    const done = await one.finish(1, answers, asked);
    assert.deepEqual([...one.weights], [5, 5]);
    assert.deepEqual(vectors, [
      [1, 0, 1],
      [15, 12, 3],
    ]);
    assert.deepEqual(done.masked, { sent: 7, received: 8 });
    assert.deepEqual(done.clients, [
      { client: 0, rows: 1, loss: 1 },
      { client: 2, rows: 3, loss: 3 },
    ]);
  });

  it("reports only the clients whose vectors entered the sum", async () => {
    const summed: SecureSummer = () =>
      Promise.resolve({ sum: Float64Array.of(15, 12, 3), missing: [0], sent: 7, received: 8 });
    const answers = new Map([
      [0, answer([1, 0], 1)],
      [2, answer([5, 4], 3)],
    ]);
    const one = server({}, summed);
    const done = await one.finish(1, answers, asked);
    assert.deepEqual([...one.weights], [6, 6]);
    assert.deepEqual(done.clients, [{ client: 2, rows: 3, loss: 3 }]);
    assert.equal(done.loss, 3);
  });
});

describe("client-level differential privacy", () => {
  const privacy = (rate: number, noise: number): ClientPrivacy =>
    new ClientPrivacy({ plan: { clip: 5, noise, rate }, clients: 4 });

  it("clips long updates, weights clients equally, and divides by the expected number of clients", async () => {
    const of = privacy(0.5, 0);
    assert.deepEqual([...of.cut(Float32Array.of(6, 8))], [3, 4]);
    assert.deepEqual([...of.cut(Float32Array.of(3, 4))], [3, 4]);
    const one = new FederationServer({
      aggregator: { call, implementation: {} },
      ...{ rows: [1, 2, 3, 2], rounds: 3, weights: Float32Array.of(1, 2), privacy: of },
    });
    const done = await one.finish(
      1,
      new Map([
        [0, answer([1, 0], 1)],
        [2, answer([3, 4], 3)],
      ]),
      asked,
    );
    assert.deepEqual([...one.weights], [1 + 4 / 2, 2 + 4 / 2]);
    await one.finish(2, new Map(), { clients: [], lost: [] });
    assert.deepEqual([...one.weights], [3, 4]);
    assert.equal(done.loss, 2.5);
  });

  it("adds noise of the planned deviation, and samples each client independently", () => {
    const of = privacy(0.5, 2);
    const noise = of.noise(40_000);
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    // Within six standard errors.
    assert.ok(Math.abs(deviation - 10) < (6 * 10) / Math.sqrt(2 * noise.length), String(deviation));
    const asked = Array.from({ length: 4000 }, () => of.sample());
    const each = [0, 1, 2, 3].map((client) => asked.filter((some) => some.includes(client)).length / 4000);
    for (const share of each) assert.ok(Math.abs(share - 0.5) < (6 * 0.5) / Math.sqrt(4000), String(share));
    assert.ok(asked.some((some) => some.length === 0) && asked.some((some) => some.length === 4));
  });

  it("adds only the planned noise, over the expected number of clients, if nobody answers", async () => {
    const one = new FederationServer({
      aggregator: { call, implementation: {} },
      ...{ rows: [1, 2, 3, 2], rounds: 3, weights: new Float32Array(20_000), privacy: privacy(0.5, 2) },
    });
    await one.finish(1, new Map(), { clients: [], lost: [] });
    const deviation = Math.sqrt(one.weights.reduce((sum, value) => sum + value * value, 0) / one.weights.length);
    // noise 2 · clip 5 over 2 clients; within six standard errors.
    assert.ok(Math.abs(deviation - 5) < (6 * 5) / Math.sqrt(2 * one.weights.length), String(deviation));
  });

  it("sums over all clients, sampled or not: another client changes the sum only by its vector", async () => {
    const sums: number[][] = [];
    const seen: unknown[] = [];
    const of = async (answers: ReadonlyMap<number, RoundAnswer>): Promise<number[]> => {
      const one = new FederationServer({
        aggregator: { call, implementation: {} },
        ...{ rows: [1, 2, 3, 2], rounds: 3, weights: Float32Array.of(1, 2), privacy: privacy(0.5, 0) },
        summed: ({ answers: said, selected: { clients }, names, weigh, values, width }) => {
          seen.push([clients, values, width]);
          const sum = new Float64Array(values);
          for (const one of said.values())
            for (const [i, value] of weightedContribution(one, names, weigh(one)).entries()) sum[i]! += value;
          return Promise.resolve({ sum, sent: 0, received: 0 });
        },
      });
      await one.finish(1, answers, { clients: [...answers.keys()], lost: [] });
      return [...one.weights];
    };
    const each = [
      [0, answer([1, 0], 1)],
      [2, answer([3, 4], 3)],
      [3, answer([0, 2], 2)],
    ] as const;
    for (const count of [0, 1, 2, 3]) sums.push(await of(new Map(each.slice(0, count))));
    // Divided by two, the average number of clients.
    assert.deepEqual(sums, [
      [1, 2],
      [1.5, 2],
      [3, 4],
      [3, 5],
    ]);
    for (const told of seen) assert.deepEqual(told, [[0, 1, 2, 3], 3, { range: 5, bits: 64 }]);
  });

  it("treats an update that is not finite as zero, and clips the largest floats", () => {
    const of = privacy(0.5, 0);
    for (const bad of [NaN, Infinity, -Infinity]) assert.deepEqual([...of.cut(Float32Array.of(bad, 1))], [0, 0]);
    const cut = of.cut(Float32Array.of(3e38, 0));
    assert.ok(Math.abs((cut[0] ?? 0) - 5) < 1e-5 && cut[1] === 0, String(cut));
  });

  it("drops each sampled client independently", () => {
    const of = privacy(0.5, 0);
    const asks = Array.from({ length: 4000 }, () => samplePrivateClients({ stragglers: 0.25 }, of));
    for (const client of [0, 1, 2, 3]) {
      const among = asks.filter(({ clients }) => clients.includes(client));
      const share = among.filter(({ lost }) => lost.includes(client)).length / among.length;
      assert.ok(Math.abs(share - 0.25) < (6 * 0.44) / Math.sqrt(among.length), String(share));
    }
    // The number of losses is random, not a fixed share of the selected clients.
    const four = asks.filter(({ clients }) => clients.length === 4).map(({ lost }) => lost.length);
    assert.ok(new Set(four).size >= 3, String([...new Set(four)]));
  });
});

describe("fixed-point width of a secure sum", () => {
  it("is 32 bits if the mean stays exact, and 64 if one client is far larger than the others", () => {
    assert.deepEqual(secureSumNumberFormatOf(Array<number>(10).fill(100), null), { range: 1600, bits: 32 });
    assert.deepEqual(secureSumNumberFormatOf([10_000, ...Array<number>(19).fill(20)], null), {
      range: 160_000,
      bits: 64,
    });
    assert.equal(secureSumNumberFormatOf(Array<number>(60).fill(100), null).bits, 64);
    assert.deepEqual(secureSumNumberFormatOf([10, 20, 30], 0.5), { range: 1, bits: 64 });
  });
  it("preserves updates of small clients if a large one drops out", async () => {
    const rows = [10_000, 20, 20, 20, 20, 20];
    const updates = rows.map((_, at) =>
      answer(
        Array.from({ length: 50 }, (_, i) => 5e-4 * Math.sin(i + at)),
        20,
      ),
    );
    const { sum } = await localMaskedSummer()({
      answers: new Map(updates.slice(1).map((one, i) => [i + 1, one] as const)),
      selected: { clients: [0, 1, 2, 3, 4, 5], lost: [0] },
      order: { round: 1, rounds: 1, weights: new Float32Array(50), sent: {} },
      ...{ names: [], weigh: () => 20, values: 51, width: secureSumNumberFormatOf(rows, null) },
    });
    for (let i = 0; i < 50; i++) {
      const exact = updates.slice(1).reduce((all, { delta }) => all + (delta[i] ?? 0) / 5, 0);
      assert.ok(Math.abs((sum[i] ?? 0) / (sum[50] ?? 0) - exact) < 1e-10, `${String(sum[i])} ${String(exact)}`);
    }
  });
});

describe("client sampling of a round", () => {
  const of = (round: number, participation: number | { share: number }, stragglers = 0, seed = 1) =>
    sampleClients({ participation, stragglers }, { clients: 10, round, seed });
  it("is the same for the same seed, differs between rounds, and has the requested size", () => {
    assert.deepEqual(of(3, 4), of(3, 4));
    assert.notDeepEqual(of(3, 4), of(4, 4));
    assert.notDeepEqual(of(3, 4), of(3, 4, 0, 2));
    assert.equal(of(1, { share: 0.25 }).clients.length, 3);
    assert.deepEqual(of(1, { share: 1 }).clients, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(of(1, 99).clients.length, 10);
    assert.equal(of(1, { share: 0.001 }).clients.length, 1);
  });
  it("drops some of the sampled clients, but never all", () => {
    for (let round = 1; round <= 20; round++) {
      const { clients, lost } = of(round, 5, 0.4);
      assert.equal(lost.length, 2);
      assert.ok(lost.every((client) => clients.includes(client)));
    }
    assert.equal(of(1, 1, 0.9).lost.length, 0);
  });
  it("reaches every client eventually", () => {
    const seen = new Set(Array.from({ length: 40 }, (_, i) => of(i + 1, 2).clients).flat());
    assert.equal(seen.size, 10);
  });
});
