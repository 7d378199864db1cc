import type { Word } from "#dsl/language/types/registry.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Value } from "#dsl/language/types/value.js";
import { byColumn } from "#stdlib/splits/by_column.js";
import { word as randomWord } from "#stdlib/splits/random.js";
import { random } from "#stdlib/splits/random.run.js";
import type { RowToClean } from "#stdlib/data/contract.js";
import { call, codeOf } from "../../kernel/data/rows/plans.js";

const rowsOf = (values: Record<string, unknown>[]): RowToClean[] => values.map((v, i) => ({ row: i + 1, values: v }));
const shares = { train: { share: 0.8 }, validation: { share: 0.1 }, test: { share: 0.1 } };
const assign = (given: Record<string, Value>, rows: RowToClean[], seed = 0) =>
  random.assign(call("split", "random", given), rows, seed);
const count = (names: readonly (string | null)[], name: string | null) => names.filter((n) => n === name).length;
const many = (n: number) => rowsOf(Array.from({ length: n }, () => ({})));

describe("random split", () => {
  it("gives each split exactly its share or number of rows", () => {
    const names = assign(shares, many(1003));
    assert.deepEqual([count(names, "train"), count(names, "validation"), count(names, "test")], [803, 100, 100]);
    const counted = assign({ train: 50, dev: { share: 0.25 } }, many(200));
    assert.deepEqual([count(counted, "train"), count(counted, "dev"), count(counted, null)], [50, 50, 100]);
  });
  it("gives the remaining rows to train, whether others are counts, shares or both", async () => {
    for (const [rows, validation, test] of [
      [100, 20, { share: 0.1 }],
      [7, 2, { share: 0.5 }],
      [31, 31, { share: 0 }],
    ] as const) {
      const names = assign({ train: "rest", validation, test }, many(rows));
      const others = count(names, "validation") + count(names, "test");
      assert.equal(count(names, "validation"), validation);
      assert.equal(count(names, "train"), rows - others);
    }
    const error = await codeOf(() => assign({ train: "rest", validation: 9 }, many(8)));
    assert.equal(error.code, "counts-too-large");
    const drawn = random.stream?.(call("split", "random", { train: "rest", validation: { share: 0.25 } }), 0);
    const streamed = many(2000).map((row) => drawn?.(row) ?? null);
    assert.equal(count(streamed, null), 0);
    assert.ok(Math.abs(count(streamed, "validation") - 500) < 60);
  });
  it("stratifies streamed rows like rows in memory, with groups, several labels and a sample", () => {
    const labels = ["a", "a", "a", "b", "b", "c"];
    const rows = rowsOf(
      Array.from({ length: 400 }, (_, i) => ({
        ...{ team: labels[(i * 7) % 6], labels: i % 5 === 0 ? [] : [labels[i % 6], labels[i % 4]] },
        $group: i % 3 === 0 ? `customer ${String(i % 40)}` : "",
      })),
    );
    const alone = rows.map(({ row, values: { team, labels } }) => ({ row, values: { team, labels } }));
    for (const of of [rows, alone])
      for (const stratify of ["team", "labels"])
        for (const picks of [() => true, (row: number) => row % 3 === 0]) {
          const one = call("split", "random", { ...shares, stratify });
          const looking = random.foresee(one, 5)!;
          for (const row of of) looking.look(row);
          const picked = of.filter((_, i) => picks(i));
          assert.deepEqual(looking.assign(picks), random.assign(one, picked, 5));
        }
    assert.equal(random.foresee(call("split", "random", shares), 5), undefined);
  });
  it("depends only on the seed", () => {
    assert.deepEqual(assign(shares, many(300), 7), assign(shares, many(300), 7));
    assert.notDeepEqual(assign(shares, many(300), 7), assign(shares, many(300), 8));
  });
  it("keeps every stratum within one row of its share", () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "a", "a", "b", "b", "c"), { minLength: 3, maxLength: 200 }),
        fc.nat(),
        (labels, seed) => {
          const names = assign({ ...shares, stratify: "team" }, rowsOf(labels.map((team) => ({ team }))), seed);
          const targets = new Map([...new Set(names)].map((n) => [n, count(names, n)]));
          for (const label of new Set(labels))
            for (const [name] of targets) {
              const own = names.filter((n, i) => n === name && labels[i] === label).length;
              const size = name === null ? 0 : { train: 0.8, validation: 0.1, test: 0.1 }[name]! * labels.length;
              const exact = (size * labels.filter((l) => l === label).length) / labels.length;
              // A split's size is rounded to complete rows, which moves the share of a stratum by less than one more.
              assert.ok(Math.abs(own - exact) < 2, `${label} in ${name}: ${own}, exactly ${exact}`);
            }
        },
      ),
    ));
  it("keeps rows of one group together, with sizes close to the shares", () =>
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { minLength: 60, maxLength: 300 }), fc.nat(), (groups, seed) => {
        const names = assign(
          { train: { share: 0.6 }, test: { share: 0.4 } },
          rowsOf(groups.map(($group) => ({ $group }))),
          seed,
        );
        const where = new Map<number, string | null>();
        names.forEach((name, i) => {
          assert.equal(where.get(groups[i]!) ?? name, name);
          where.set(groups[i]!, name);
        });
        const largest = Math.max(...[...where.keys()].map((g) => groups.filter((x) => x === g).length));
        assert.ok(Math.abs(count(names, "test") - 0.4 * groups.length) <= largest);
      }),
    ));
  it("stratifies groups as closely as possible", () => {
    const rows = rowsOf(
      Array.from({ length: 400 }, (_, i) => ({
        team: i % 4 === 0 ? "rare" : "common",
        customer: `c${Math.floor(i / 5)}`,
      })),
    );
    const names = assign(
      { train: { share: 0.75 }, test: { share: 0.25 }, stratify: "team", group: "customer" },
      rows,
      3,
    );
    const rare = names.filter((n, i) => n === "test" && rows[i]!.values["team"] === "rare").length;
    assert.ok(Math.abs(rare / count(names, "test") - 0.25) < 0.05, String(rare));
  });
  it("treats each row without a group as its own group", () => {
    const names = assign(
      { train: { share: 0.5 }, test: { share: 0.5 } },
      rowsOf(Array.from({ length: 100 }, () => ({ $group: "" }))),
    );
    assert.equal(count(names, "test"), 50);
  });
  it("rejects more rows than available", async () => {
    assert.equal((await codeOf(() => assign({ train: 50, test: 60 }, many(100)))).code, "counts-too-large");
  });
  it("lists its splits before rows are assigned", () => {
    assert.deepEqual(random.names?.(call("split", "random", { ...shares, stratify: "a" })), [
      "train",
      "validation",
      "test",
    ]);
  });
  it("reports shares above 100 % before reading any data", () => {
    const reported: string[] = [];
    const context = { report: (code: string) => reported.push(code) } as unknown as Parameters<
      NonNullable<Word["check"]>
    >[1];
    const asked: Word = randomWord;
    asked.check?.(call("split", "random", { train: { share: 0.9 }, test: { share: 0.2 } }), context);
    asked.check?.(call("split", "random", { stratify: "team" }), context);
    asked.check?.(call("split", "random", shares), context);
    assert.deepEqual(reported, ["shares-too-large", "no-shares"]);
  });
});

describe("by_column split", () => {
  const parts = (values: unknown[], rename?: Record<string, string>) =>
    byColumn.assign(
      call("split", "by_column", { column: "part", ...(rename ? { rename: { record: rename } } : {}) }),
      rowsOf(values.map((part) => ({ part }))),
      0,
    );
  it("takes names from the column and renames them", () => {
    assert.deepEqual(parts(["train", "dev", " test "], { dev: "validation" }), ["train", "validation", "test"]);
  });
  it("reports the rows without a split", async () => {
    const error = await codeOf(() => parts(["train", "", null]));
    assert.deepEqual([error.code, error.data["rows"], error.data["count"]], ["rows-without-split", [2, 3], 2]);
  });
  it("rejects an invalid name, and a column with too many values", async () => {
    const error = await codeOf(() => parts(["train", "Test set"]));
    assert.deepEqual([error.code, error.data["suggestion"]], ["split-name", "Test_set"]);
    assert.equal((await codeOf(() => parts(Array.from({ length: 50 }, (_, i) => `v${i}`)))).code, "too-many-splits");
    const one = byColumn.stream!(call("split", "by_column", { column: "part" }), 0);
    const streamed = await codeOf(() =>
      rowsOf(Array.from({ length: 50 }, (_, i) => ({ part: `v${i}` }))).map((r) => one(r)),
    );
    assert.deepEqual([streamed.code, streamed.data["count"]], ["too-many-splits", 21]);
  });
});
