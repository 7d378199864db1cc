/** Laws of gradient sums in rank order, and of means weighted by each rank's targets. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addVectorsInOrder, weightedMeanInto, normalizedWeights } from "#kernel/remote/process-group/sum.js";

const vectors = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })).chain(([ranks, length]) =>
  fc.array(fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true }), {
    minLength: ranks,
    maxLength: ranks,
  }),
);

describe("vectors of several ranks", () => {
  it("are summed in rank order, with identical bits for any chunking", () => {
    fc.assert(
      fc.property(vectors, fc.nat(), ([first, ...others], at) => {
        const whole = Float32Array.from(first!);
        addVectorsInOrder(whole, others, 0, whole.length);
        const pieces = Float32Array.from(first!);
        const cut = at % (pieces.length + 1);
        addVectorsInOrder(pieces, others, 0, cut);
        addVectorsInOrder(pieces, others, cut, pieces.length);
        assert.deepEqual(pieces, whole);
        const each = others.reduce((sum, other) => Math.fround(sum + other[0]!), first![0]!);
        assert.equal(whole[0], each);
      }),
    );
  });
  it("average to the common value if all are equal", () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, maxLength: 30, noNaN: true, min: -1e6, max: 1e6 }),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }),
        (vector, weights) => {
          const to = Float32Array.from(vector);
          weightedMeanInto(
            to,
            weights.slice(1).map(() => vector),
            weights,
          );
          to.forEach((x, i) => assert.ok(Math.abs(x - vector[i]!) <= 1e-6 * Math.abs(vector[i]!)));
        },
      ),
    );
  });
  it("are weighted by example count, and equally if all counts are zero", () => {
    const to = Float32Array.of(0, 8);
    weightedMeanInto(to, [Float32Array.of(4, 0)], [3, 1]);
    assert.deepEqual([...to], [1, 6]);
    assert.deepEqual(normalizedWeights([0, 0, 0, 0]), [0.25, 0.25, 0.25, 0.25]);
    assert.deepEqual(normalizedWeights([0, 5]), [0, 1]);
  });
});
