/** Secure sums with random clients, thresholds, drop-outs and vectors, using stand-ins for the cryptography. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { MaskingPhase } from "#kernel/features/federate/secure/codes.js";
import { fixedPointFor, type WordBits } from "#kernel/features/federate/secure/fixed-point.js";
import { minSecureSumThreshold } from "#kernel/features/federate/secure/round.js";
import { carried, light, partiesOf, PARTS, termsFor } from "./parties.js";

export const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return "none";
};

/** Returns the expected sums of integers, which do not depend on the order. */
export function wanted(
  vectors: readonly Float64Array[],
  summed: readonly number[],
  range: number,
  bits: WordBits,
): number[] {
  const { scale } = fixedPointFor(range, vectors.length, bits);
  return Array.from({ length: vectors[0]!.length }, (_, i) => {
    let sum = 0n;
    for (const client of summed) sum += BigInt(Math.round(vectors[client]![i]! * scale));
    return Number(sum) / scale;
  });
}

const cases = fc.integer({ min: 3, max: 7 }).chain((clients) =>
  fc.record({
    clients: fc.constant(clients),
    threshold: fc.integer({ min: minSecureSumThreshold(clients), max: clients }),
    bits: fc.constantFrom<WordBits>(32, 64),
    vectors: fc.integer({ min: 1, max: 4 }).chain((values) =>
      fc.array(
        fc
          .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: values, maxLength: values })
          .map((all) => Float64Array.from(all)),
        { minLength: clients, maxLength: clients },
      ),
    ),
    drops: fc.array(fc.tuple(fc.nat(clients - 1), fc.constantFrom(...PARTS)), { maxLength: 2 }),
    state: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  }),
);
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Asserts that each sum covers the remaining clients, or ends because too few remain. */
export function holdSums(runs: number): void {
  const seen = { sums: 0, few: 0, dropped: 0 };
  fc.assert(
    fc.property(cases, (c: Case) => {
      const drops = new Map<number, MaskingPhase>(c.drops);
      const stayed = c.clients - drops.size;
      const terms = termsFor(c.clients, c.vectors[0]!.length, { threshold: c.threshold, bits: c.bits, range: 3 });
      let state = c.state;
      const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const parties = partiesOf(terms, c.vectors, () => light(random));
      if (stayed < c.threshold) {
        seen.few++;
        assert.equal(
          codeOf(() => carried(parties, drops)),
          "secure-survivors",
        );
        return;
      }
      seen.sums++;
      if (drops.size > 0) seen.dropped++;
      const sum = carried(parties, drops);
      // A client that drops out after it sent its vector is still in the sum.
      const summed = c.vectors.flatMap((_, i) => (PARTS.indexOf(drops.get(i) ?? "unmasking") > 2 ? [i] : []));
      assert.deepEqual(parties.server.summed, summed);
      assert.deepEqual([...sum], wanted(c.vectors, summed, 3, c.bits));
    }),
    { numRuns: runs, seed: 20 },
  );
  assert.ok(seen.few > runs / 10 && seen.dropped > runs / 10, JSON.stringify(seen));
}
