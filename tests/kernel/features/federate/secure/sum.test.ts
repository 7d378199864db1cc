import assert from "node:assert/strict";
import type { MaskingPhase } from "#kernel/features/federate/secure/codes.js";
import {
  roundingErrorOf,
  fixedPointFor,
  fromFixedPoint,
  toFixedPoint,
} from "#kernel/features/federate/secure/fixed-point.js";
import { minSecureSumThreshold, maskingRoundOf } from "#kernel/features/federate/secure/round.js";
import { computeSecureSum } from "#kernel/features/federate/secure/secure-sum.js";
import { codeOf, holdSums, wanted } from "./drawn-rounds.js";
import { partiesOf, PARTS, termsFor } from "./parties.js";

describe("secure sums", () => {
  it("equal the sums of the remaining clients in 1,000 rounds of random settings", () => {
    holdSums(1000);
  });

  it("are correct with real cryptography and serialised messages", async () => {
    for (const clients of [3, 4, 7])
      for (const part of PARTS)
        for (const bits of [32, 64] as const) {
          const vectors = Array.from({ length: clients }, (_, i) => Float32Array.of(i, -i / 3, 1 / (i + 1)));
          const drops = new Map<number, MaskingPhase>(clients - minSecureSumThreshold(clients) > 0 ? [[1, part]] : []);
          const { sum, summed } = await computeSecureSum(vectors, { range: 10, bits, drops });
          assert.equal(summed.length, drops.size > 0 && PARTS.indexOf(part) <= 2 ? clients - 1 : clients);
          const doubles = vectors.map((v) => Float64Array.from(v));
          assert.deepEqual([...sum], wanted(doubles, summed, 10, bits));
        }
  });

  it("use the number of bytes that the docs state", async () => {
    for (const [n, d] of [
      [4, 10],
      [5, 1000],
    ] as const) {
      const vectors = Array.from({ length: n }, () => new Float64Array(d));
      const { sent, received } = await computeSecureSum(vectors, { range: 1 });
      assert.equal(sent, n * (4 * d + 86 * (n - 1) + 37 * n + 416));
      assert.equal(received, n * (132 * n + 86 * (n - 1) + 72 * n + 160));
    }
  });

  it("can be interrupted", async () => {
    const vectors = [1, 2, 3].map(() => new Float64Array(4));
    await assert.rejects(computeSecureSum(vectors, { range: 1, signal: AbortSignal.abort() }), { name: "AbortError" });
  });
});

describe("secure sum terms", () => {
  it("reject one or two clients", () => {
    for (const clients of [1, 2])
      assert.equal(
        codeOf(() => maskingRoundOf(termsFor(clients, 1))),
        "too-few-clients",
      );
    assert.equal(
      codeOf(() => maskingRoundOf(termsFor(3, 1))),
      "none",
    );
  });
  it("reject thresholds of at most two thirds, or above the number of clients", () => {
    for (const [clients, threshold, code] of [
      [6, 4, "secure-threshold"],
      [6, 5, "none"],
      [3, 2, "secure-threshold"],
      [4, 5, "secure-threshold"],
      [7, 4.9, "secure-threshold"],
    ] as const)
      assert.equal(
        codeOf(() => maskingRoundOf(termsFor(clients, 1, { threshold }))),
        code,
        String([clients, threshold]),
      );
  });
  it("reject two nodes with one key", () => {
    const { nodes, ...rest } = termsFor(3, 1);
    assert.equal(
      codeOf(() => maskingRoundOf({ ...rest, nodes: [nodes[0]!, nodes[1]!, nodes[0]!] })),
      "secure-keys",
    );
  });
  it("have a different hash for any difference", () => {
    const terms = termsFor(4, 3);
    const others = [
      { session: Uint8Array.of(1) },
      { order: new Uint8Array(32).fill(1) },
      { values: 4 },
      { range: 2 },
      { bits: 64 as const },
      { threshold: 4 },
      { nodes: [...terms.nodes].reverse() },
    ];
    const hashes = [{}, ...others].map((more) => Buffer.from(maskingRoundOf({ ...terms, ...more }).id).toString("hex"));
    assert.equal(new Set(hashes).size, hashes.length);
  });
});

describe("fixed-point numbers of a secure sum", () => {
  it("round within the stated error, and never overflow at the ends of the range", () => {
    for (const bits of [32, 64] as const)
      for (const clients of [3, 50, 1000]) {
        const fixed = fixedPointFor(0.37, clients, bits);
        for (const value of [0.37, -0.37, 0.1, -1e-9, 0]) {
          const one = fromFixedPoint(toFixedPoint(Float64Array.of(value), fixed), fixed)[0]!;
          assert.ok(Math.abs(one - value) <= roundingErrorOf(fixed, 1) * 1.001, `${bits} ${clients} ${value}: ${one}`);
        }
        const most = toFixedPoint(Float64Array.of(0.37), fixed);
        const whole = bits === 32 ? most[0]! : most[0]! + most[1]! * 2 ** 32;
        assert.ok(whole * clients < 2 ** (bits - 1));
      }
  });
  it("reject values out of range, and values that are not numbers", () => {
    const fixed = fixedPointFor(1, 3, 32);
    for (const value of [1.0000001, -1.1, Number.NaN, Infinity])
      assert.throws(() => toFixedPoint(Float64Array.of(0, value), fixed), {
        code: "secure-range",
        data: { range: 1, place: 1 },
      });
    const vectors = [0, 0, 2].map((value) => Float64Array.of(value));
    assert.equal(
      codeOf(() => partiesOf(termsFor(3, 1), vectors)),
      "secure-range",
    );
  });
  it("reject ranges without a valid scale", () => {
    for (const range of [0, -1, Number.NaN, Infinity, 5e-324])
      assert.equal(
        codeOf(() => fixedPointFor(range, 3, 32)),
        "secure-fixed",
      );
    assert.equal(
      codeOf(() => fixedPointFor(1, 2 ** 32, 32)),
      "secure-fixed",
    );
  });
});
