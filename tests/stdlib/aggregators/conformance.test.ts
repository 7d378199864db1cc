/** The contract of every word of the kind `aggregator`, whoever wrote it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { ClientUpdate } from "#stdlib/aggregators/kind.js";
import { meanWeightedByRows } from "#stdlib/aggregators/shared/mean.js";
import { registry } from "#stdlib/registry.js";
import { callOf, served, zeros } from "./golden.js";

const LENGTH = 6;
const number = fc.float({ min: -4, max: 4, noNaN: true });
const update = fc.record(
  {
    rows: fc.integer({ min: 1, max: 90 }),
    steps: fc.integer({ min: 1, max: 9 }),
    delta: fc.array(number, { minLength: LENGTH, maxLength: LENGTH }).map((delta) => Float32Array.from(delta)),
  },
  { noNullPrototype: true },
);
const updates = fc.array(update, { minLength: 5, maxLength: 12 });
const words = registry.ofKind("aggregator").filter(({ planned }) => !planned);
const given = (names: readonly string[] | undefined) => zeros(names, LENGTH);

for (const word of words)
  describe(`aggregator ${word.name}`, () => {
    const call = callOf(word.name);
    /** Returns the weights after a round that starts from zero weights. */
    const after = async (of: readonly ClientUpdate[]): Promise<Float64Array> => {
      const implementation = await implementationOf(registry, "aggregator", word.name);
      const kept = zeros(implementation.keeps, LENGTH);
      const sent = given(implementation.local?.sent);
      return served(implementation, call, {
        round: 1,
        weights: new Float64Array(LENGTH),
        updates: of,
        kept,
        given: sent,
      });
    };

    it("declares how much it sends besides weights and returns besides an update", async () => {
      const { local } = await implementationOf(registry, "aggregator", word.name);
      const weights = new Float32Array(LENGTH);
      const back = local?.after(call, {
        ...{ delta: weights, steps: 1, sent: given(local.sent), saved: given(local.keeps) },
        states: given(local.strategy.states),
      });
      const beside = word.capabilities?.extraVectors ?? 0;
      assert.equal(local?.sent.length ?? 0, beside);
      assert.equal(Object.keys(back?.given ?? {}).length, beside);
    });
    it("follows the clients if all send the same update", () =>
      fc.assert(
        fc.asyncProperty(update, fc.integer({ min: 5, max: 9 }), async (one, count) => {
          const weights = await after(Array.from({ length: count }, () => one));
          weights.forEach((weight, at) => {
            const wanted = one.delta[at]!;
            if (word.parameters.some(({ name }) => name === "tau"))
              assert.equal(Math.abs(Math.sign(weight) - Math.sign(wanted)), 0);
            else assert.ok(Math.abs(weight - wanted) <= 1e-9, `${at}: ${weight}, ${wanted}`);
          });
        }),
        { numRuns: 30 },
      ));
    it("ignores the order of updates, and modifies none of them", () =>
      fc.assert(
        fc.asyncProperty(updates, async (drawn) => {
          const before = structuredClone(drawn);
          const [one, other] = [await after(drawn), await after([...drawn].reverse())];
          assert.deepEqual(drawn, before);
          one.forEach((weight, at) =>
            assert.ok(Math.abs(weight - other[at]!) <= 1e-9, `${at}: ${weight}, ${other[at]}`),
          );
        }),
        { numRuns: 30 },
      ));
    it("combines updates into one unless it declares that it needs each of them", async () => {
      const implementation = await implementationOf(registry, "aggregator", word.name);
      assert.equal(implementation.combine !== undefined, word.capabilities?.needsSingleUpdates === true);
      assert.equal((implementation.local?.keeps.length ?? 0) > 0, word.capabilities?.clientsKeepState === true);
    });
    const least = word.capabilities?.minClients?.(call);
    if (least !== undefined) {
      it(`refuses fewer clients than its declared minimum (${String(least)})`, async () => {
        const one = { rows: 3, steps: 1, delta: new Float32Array(LENGTH) };
        await after(Array.from({ length: least }, () => one));
        await assert.rejects(
          after(Array.from({ length: least - 1 }, () => one)),
          (error) => error instanceof CodedError && error.code === "too-few-updates",
        );
      });
      it("stays within the honest clients, whatever one client sends", () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(update, { minLength: 5, maxLength: 9 }),
            fc.constantFrom(1e30, -1e30, Number.NaN, Infinity, -Infinity),
            async (honest, odd) => {
              const hostile = { rows: 1_000_000, steps: 1, delta: new Float32Array(LENGTH).fill(odd) };
              const weights = await after([hostile, ...honest]);
              weights.forEach((weight, at) => {
                const said = honest.map(({ delta }) => delta[at]!);
                assert.ok(weight >= Math.min(...said) - 1e-9 && weight <= Math.max(...said) + 1e-9, `${at}: ${weight}`);
              });
            },
          ),
          { numRuns: 50 },
        ));
    }
  });

describe("mean weighted by rows", () => {
  it("equals one central step on all rows if each client takes one step", () =>
    fc.assert(
      fc.property(updates, fc.integer({ min: 1, max: 60 }), (drawn, rows) => {
        const even = drawn.map((one) => ({ ...one, rows }));
        meanWeightedByRows(even).forEach((mean, at) => {
          const central = even.reduce((sum, { delta }) => sum + rows * delta[at]!, 0) / (rows * even.length);
          assert.ok(Math.abs(mean - central) <= 1e-12 * 60);
        });
      }),
    ));
  it("weights a client by its number of rows, and ignores a client without rows", () => {
    const of = (rows: number, value: number): ClientUpdate => ({ rows, steps: 1, delta: Float32Array.of(value) });
    assert.deepEqual(meanWeightedByRows([of(3, 1), of(1, 5), of(0, Number.NaN)]), Float64Array.of(2));
    assert.deepEqual(meanWeightedByRows([of(0, 4)]), Float64Array.of(0));
    assert.deepEqual(meanWeightedByRows([]), new Float64Array());
  });
});
