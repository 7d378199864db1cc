import assert from "node:assert/strict";
import { addWords, fixedPointFor, toFixedPoint } from "#kernel/features/federate/secure/fixed-point.js";
import { encodeMaskingMessage } from "#kernel/features/federate/secure/messages.js";
import { cryptoPrimitives } from "#kernel/features/federate/secure/primitives.js";
import { maskingRoundOf, type SecureRoundTerms } from "#kernel/features/federate/secure/round.js";
import { carried, decided, partiesOf, realMask, termsFor } from "./parties.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
type Masks = ReadonlyMap<string, Uint32Array>;

/** Returns everything the server sees in a round, bit by bit, and the masks used, by seed. */
function viewOf(terms: SecureRoundTerms, vectors: readonly Float64Array[], changed: Masks = new Map()) {
  const seeds = new Map<string, Set<number>>();
  const parties = partiesOf(terms, vectors, (party) =>
    decided(`party ${String(party)}`, (seed, words) => {
      seeds.set(hex(seed), (seeds.get(hex(seed)) ?? new Set()).add(party));
      return changed.get(hex(seed)) ?? realMask(seed, words);
    }),
  );
  const round = maskingRoundOf(terms);
  const seen: string[] = [];
  const sum = carried(parties, new Map([[4, "input"]]), {
    up: (said, from) => (seen.push(`${String(from)} says ${hex(encodeMaskingMessage(round, said))}`), said),
    down: (told, to) => (seen.push(`${String(to)} is told ${hex(encodeMaskingMessage(round, told))}`), told),
  });
  return { seen, sum: [...sum], seeds };
}

/** Returns the seed used by exactly these two clients. */
function seedOf(seeds: ReadonlyMap<string, ReadonlySet<number>>, ...pair: readonly number[]): string {
  const found = [...seeds].filter(([, by]) => by.size === 2 && pair.every((client) => by.has(client)));
  assert.equal(found.length, 1, `clients ${pair.join(" and ")} have one mask`);
  return found[0]![0];
}

describe("server view of a secure sum", () => {
  const terms = termsFor(5, 3, { threshold: 4 });
  const fixed = fixedPointFor(1, 5, 32);
  const first = [
    [0.5, -0.25, 1],
    [0.125, 0.75, -1],
    [-0.5, 0, 0.25],
    [0.25, -1, 0.5],
    [0.9, 0.9, 0.9], // drops out after sharing its secrets
  ].map((values) => Float64Array.from(values));
  /** The first four have the same sum; all else differs. */
  const second = [
    [-1, 0.5, 0.25],
    [0.625, 0, -0.5],
    [0.75, -1, 0.75],
    [0, 0, 0.25],
    [-0.3, 0.1, 0.7],
  ].map((values) => Float64Array.from(values));

  /**
   * The hybrid argument, as a bijection: each set of masks for the first vectors maps to an equally likely set for the
   * second ones. The server's view is identical under both. Only masks of pairs where both clients stayed change: the
   * server can never derive these.
   */
  it("is bit-identical for other vectors with the same sum and other pairwise masks of remaining clients", () => {
    const before = viewOf(terms, first);
    const changed = new Map<string, Uint32Array>();
    // Along 0 – 1 – 2 – 3: the decrease of a client's vector is added to its mask with the next client. The remainder
    // is passed on.
    const passed = new Uint32Array(3);
    for (let client = 0; client < 3; client++) {
      addWords(passed, toFixedPoint(first[client]!, fixed), 1, 32);
      addWords(passed, toFixedPoint(second[client]!, fixed), -1, 32);
      const seed = seedOf(before.seeds, client, client + 1);
      const mask = realMask(Buffer.from(seed, "hex"), 3);
      addWords(mask, passed, 1, 32);
      changed.set(seed, mask);
    }
    const after = viewOf(terms, second, changed);
    assert.deepEqual(after.seen, before.seen);
    assert.deepEqual(after.sum, before.sum);
    for (const [i, value] of [0.375, -0.5, 0.75].entries()) assert.ok(Math.abs(before.sum[i]! - value) < 1e-8);
    // Control: with the original masks, the server's view differs.
    assert.notDeepEqual(viewOf(terms, second).seen, before.seen);
  });

  it("derives no seed of a pairwise mask between remaining clients", () => {
    const { seeds } = viewOf(terms, first);
    const server = 5;
    for (const [one, other] of [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ] as const)
      assert.ok(!seeds.get(seedOf(seeds, one, other))?.has(server));
    // Seeds that the server uses: the masks of the four vectors, and the four pair masks with the client that dropped
    // out.
    assert.equal([...seeds.values()].filter((by) => by.has(server)).length, 8);
  });

  it("uses AES-256 in counter mode: NIST SP 800-38A, F.5.5", () => {
    const key = Buffer.from("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "hex");
    const mask = new Uint32Array(4);
    cryptoPrimitives.mask(mask, key, 1, 32);
    // ECB of an all-zero block under that key, as OpenSSL's command line gives it.
    assert.equal(hex(new Uint8Array(mask.buffer)), "e568f68194cf76d6174d4cc04310a854");
    const twice = new Uint32Array(70_000);
    cryptoPrimitives.mask(twice, key, 1, 32);
    cryptoPrimitives.mask(twice, key, -1, 32);
    assert.ok(twice.every((word) => word === 0));
  });
});
