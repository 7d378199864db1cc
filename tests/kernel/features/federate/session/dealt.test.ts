/** Training and validation rows dealt to clients. */
import assert from "node:assert/strict";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { partitionRows } from "#kernel/features/federate/session/client-data.js";

const callOf = (word: string, given: Call["arguments"]): Call => ({ kind: "partition", word, arguments: given });
async function dealt(call: Call, o: { trains: number; validates: number; values?: readonly string[] }) {
  const implementation = await implementationOf(registry, "partition", call.word);
  return partitionRows(call, implementation, { values: null, seed: 7, ...o }).dealt;
}
const labels = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => "abc"[i % 3] ?? "a");

describe("rows divided among clients", () => {
  it("are equally many per split with `even`, each for one client only", async () => {
    const each = await dealt(callOf("even", { clients: 5 }), { trains: 150, validates: 120 });
    assert.deepEqual(
      each.map(({ trains, validates }) => [trains.length, validates.length]),
      Array.from({ length: 5 }, () => [30, 24]),
    );
    for (const [key, rows] of [
      ["trains", 150],
      ["validates", 120],
    ] as const) {
      const all = each.flatMap((one) => [...one[key]]).sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: rows }, (_, i) => i),
      );
    }
    await assert.rejects(dealt(callOf("even", { clients: 200 }), { trains: 150, validates: 120 }), /200 clients/);
  });

  it("have matching label shares in training and validation, however skewed the clients are", async () => {
    const values = [...labels(300), ...labels(150)];
    const call = callOf("dirichlet", { clients: 6, by: null, alpha: 0.3, least: 10 });
    const each = await dealt(call, { trains: 300, validates: 150, values });
    for (const { trains, validates } of each) {
      assert.ok(trains.length >= 10);
      for (const label of "abc") {
        const own = [...trains].filter((row) => values[row] === label).length;
        const others = [...validates].filter((row) => values[300 + row] === label).length;
        // There are half as many validation rows as training rows.
        assert.ok(Math.abs(others - own / 2) <= 1.5, `${label}: ${String(own)} and ${String(others)}`);
      }
    }
    assert.equal(
      each.reduce((sum, { validates }) => sum + validates.length, 0),
      150,
    );
    // Validation rows with a label that does not occur in training are dealt by client size.
    const odd = await dealt(call, {
      trains: 300,
      validates: 60,
      values: [...labels(300), ...Array<string>(60).fill("z")],
    });
    for (const { trains, validates } of odd) assert.ok(Math.abs(validates.length - trains.length / 5) <= 1);
  });

  it("follow the column with `by_column`, without clients that only have validation rows", async () => {
    const values = ["x", "y", "x", "y", "z"];
    const each = await dealt(callOf("by_column", { column: "shop" }), { trains: 3, validates: 2, values });
    assert.deepEqual(
      each.map(({ name, trains, validates }) => [name, [...trains], [...validates]]),
      [
        ["x", [0, 2], []],
        ["y", [1], [0]],
      ],
    );
    const call = callOf("by_column", { column: "shop" });
    const implementation = await implementationOf(registry, "partition", "by_column");
    const { left } = partitionRows(call, implementation, { trains: 3, validates: 2, values, seed: 7 });
    assert.deepEqual(left, { clients: 1, rows: [1] });
  });
});
