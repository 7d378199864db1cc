/**
 * The contract of every word of the kind `partition`, whoever wrote it: each row belongs to one client, and no client
 * has too few.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { ClientPart } from "#stdlib/partitions/kind.js";
import { registry } from "#stdlib/registry.js";

const words = registry.ofKind("partition").filter(({ planned }) => !planned);
const drawn = (name: string): boolean => registry.find("partition", name)!.parameters.some((p) => p.name === "clients");

function callOf(word: string, given: Readonly<Record<string, Value>>): Call {
  const record = registry.find("partition", word)!;
  const known = record.parameters.map(({ name }) => name);
  const own = Object.entries({ ...given, by: null }).filter(([name]) => known.includes(name));
  const column = known.includes("column") ? { column: "customer" } : {};
  return { kind: "partition", word, arguments: { ...Object.fromEntries(own), ...column } };
}
async function parted(
  word: string,
  given: Readonly<Record<string, Value>>,
  values: readonly string[],
  seed = 0,
): Promise<readonly ClientPart[]> {
  const { part } = await implementationOf(registry, "partition", word);
  return part(callOf(word, given), { rows: values.length, values, seed });
}
const labels = (count: number, of: number): readonly string[] =>
  Array.from({ length: count }, (_, row) => `label ${String((row * 7) % of)}`);
const shareOf = (client: ClientPart, values: readonly string[], label: string): number =>
  client.rows.filter((row) => values[row] === label).length / client.rows.length;
/** Mean distance between a client's labels and those of all rows: half the sum of differences, 0 (alike) to 1. */
function skew(clients: readonly ClientPart[], values: readonly string[]): number {
  const all = [...new Set(values)];
  const whole = { name: "", rows: Uint32Array.from(values.keys()) };
  const each = clients.map(
    (client) =>
      all.reduce((sum, label) => sum + Math.abs(shareOf(client, values, label) - shareOf(whole, values, label)), 0) / 2,
  );
  return each.reduce((a, b) => a + b, 0) / each.length;
}

for (const { name: word } of words)
  describe(`partition ${word}`, () => {
    it("assigns every row to one client, in split order, with the declared minimum for each", () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 9 }),
          fc.array(fc.constantFrom("a", "b", "c", "b", "rare", "10", "9"), { minLength: 60, maxLength: 200 }),
          fc.integer(),
          async (clients, values, seed) => {
            const found = await parted(word, { clients, alpha: 5, least: 2 }, values, seed);
            const rows = found.flatMap((client) => [...client.rows]);
            assert.deepEqual(
              [...rows].sort((a, b) => a - b),
              [...values.keys()],
            );
            for (const client of found) {
              assert.deepEqual(client.rows, client.rows.slice().sort());
              assert.ok(client.rows.length >= (drawn(word) ? 2 : 1));
            }
            assert.equal(new Set(found.map(({ name }) => name)).size, found.length);
            assert.equal(found.length, drawn(word) ? clients : new Set(values).size);
          },
        ),
        { numRuns: 60 },
      ));
    it("is reproducible by seed, whatever was drawn before", async () => {
      const values = labels(300, 5);
      const one = await parted(word, { clients: 6, alpha: 1 }, values, 7);
      const other = await parted(word, { clients: 6, alpha: 1 }, values, 8);
      assert.deepEqual(await parted(word, { clients: 6, alpha: 1 }, values, 7), one);
      if (drawn(word)) assert.notDeepEqual(other, one);
      else assert.deepEqual(other, one);
    });
    it("declares the number of clients and the column it partitions by", () => {
      const says = registry.find("partition", word)!.capabilities!;
      assert.equal(says.clientCount(callOf(word, { clients: 6 })), drawn(word) ? 6 : null);
      const parameters = registry.find("partition", word)!.parameters.map(({ name }) => name);
      const by = says.partitionedBy?.(callOf(word, { clients: 6 })) ?? null;
      assert.deepEqual(
        by,
        parameters.includes("by") ? "label" : parameters.includes("column") ? { column: "customer" } : null,
      );
      if (parameters.includes("by"))
        assert.deepEqual(says.partitionedBy!({ ...callOf(word, {}), arguments: { by: "team" } }), { column: "team" });
    });
    if (drawn(word))
      it("refuses fewer rows than clients", async () => {
        await parted(word, { clients: 5, alpha: 100, least: 1, each: 1 }, labels(40, 2));
        await assert.rejects(
          parted(word, { clients: 5, alpha: 100, least: 1, each: 1 }, labels(4, 2)),
          (error) =>
            error instanceof CodedError &&
            error.code === "empty-client" &&
            /cannot give each of 5 clients .* of 4/.test(error.message),
        );
      });
  });

describe("partitions by label", () => {
  const values = labels(4000, 10);
  it("dirichlet: is even for a large alpha, and more skewed the smaller alpha is", async () => {
    const of = async (alpha: number): Promise<number> =>
      skew(await parted("dirichlet", { clients: 10, alpha, least: 10 }, values), values);
    const [even, some, most] = [await of(1e6), await of(1), await of(0.05)];
    assert.ok(even < 0.02, String(even));
    assert.ok(some > 0.2 && some < 0.5, String(some));
    assert.ok(most > 0.7, String(most));
  });
  it("dirichlet: spreads rows of rare labels over all clients, not only the last", async () => {
    const rare = Array.from({ length: 3000 }, (_, row) => (row < 1000 ? `only ${String(row)}` : "common"));
    const found = await parted("dirichlet", { clients: 5, alpha: 100, least: 10 }, rare);
    for (const client of found) {
      const own = client.rows.filter((row) => row < 1000).length;
      assert.ok(own > 120 && own < 280, `${client.name}: ${own}`);
    }
  });
  it("dirichlet: reports an error if no draw gives each client its minimum of rows", async () => {
    await assert.rejects(
      parted("dirichlet", { clients: 20, alpha: 0.001, least: 10 }, labels(1000, 2)),
      (error) => error instanceof CodedError && error.code === "empty-client" && /alpha 0\.001/.test(error.message),
    );
  });
  it("shards: gives all clients equally many rows, and at most as many labels as shards", async () => {
    const found = await parted("shards", { clients: 10, each: 2 }, values);
    for (const client of found) {
      assert.equal(client.rows.length, 400);
      assert.ok(new Set([...client.rows].map((row) => values[row])).size <= 2);
    }
    const many = await parted("shards", { clients: 10, each: 40 }, values);
    assert.ok(skew(many, values) < skew(found, values) / 3);
  });
  it("quantity: varies the number of rows, but not the label mix", async () => {
    const found = await parted("quantity", { clients: 10, alpha: 0.3, least: 50 }, values);
    const sizes = found.map(({ rows }) => rows.length);
    assert.ok(Math.max(...sizes) > 4 * Math.min(...sizes), String(sizes));
    assert.ok(Math.min(...sizes) >= 50);
    assert.ok(skew(found, values) < 0.15, String(skew(found, values)));
  });
  it("even: has sizes within one row, and the same label mix", async () => {
    const found = await parted("even", { clients: 7 }, values);
    const sizes = found.map(({ rows }) => rows.length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    assert.ok(skew(found, values) < 0.08, String(skew(found, values)));
  });
});

describe("partition by_column", () => {
  it("creates a client for each value, numbers in order, and rejects rows without a value", async () => {
    const found = await parted("by_column", {}, ["b", "10", "9", "b", "a"]);
    assert.deepEqual(
      found.map(({ name, rows }) => [name, ...rows]),
      [
        ["9", 2],
        ["10", 1],
        ["a", 4],
        ["b", 0, 3],
      ],
    );
    await assert.rejects(
      parted("by_column", {}, ["a", "", "b", ""]),
      (error) =>
        error instanceof CodedError &&
        error.code === "rows-without-client" &&
        /2 rows have no value in the column "customer" \(row 2, 4\)/.test(error.message),
    );
  });
});
