/** Splits by hashes, by time, and of rows with several labels. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Value } from "#dsl/language/types/value.js";
import { byTime } from "#stdlib/splits/by_time.run.js";
import { hashed } from "#stdlib/splits/hashed.run.js";
import { random } from "#stdlib/splits/random.run.js";
import { comparableTimeOf } from "#stdlib/splits/shared/time.js";
import type { RowToClean } from "#stdlib/data/contract.js";
import { call, codeOf } from "../../kernel/data/rows/plans.js";

type Given = Readonly<Record<string, Value>>;
const rowsOf = (values: readonly Record<string, unknown>[]): RowToClean[] =>
  values.map((v, i) => ({ row: i + 1, values: v }));
const count = (names: readonly (string | null)[], name: string | null) => names.filter((n) => n === name).length;

describe("hashed split", () => {
  const ids = (from: number, to: number) =>
    rowsOf(Array.from({ length: to - from }, (_, i) => ({ id: `u${String(from + i)}` })));
  const given = (train: number, test: number): Given => ({
    column: "id",
    train: { share: train },
    test: { share: test },
  });
  const assign = (rows: RowToClean[], shares = given(0.8, 0.2), seed = 0) =>
    hashed.assign(call("split", "hashed", shares), rows, seed);
  it("matches its shares on average", () => {
    const names = assign(ids(0, 10_000), { ...given(0.7, 0.1), validation: { share: 0.1 } });
    for (const [name, share] of [
      ["train", 0.7],
      ["test", 0.1],
      ["validation", 0.1],
      [null, 0.1],
    ] as const)
      assert.ok(Math.abs(count(names, name) - share * 10_000) < 150, `${String(name)} ${String(count(names, name))}`);
    const all = assign(ids(0, 1000), { column: "id", train: "rest", test: { share: 0.3 } });
    assert.equal(count(all, "train") + count(all, "test"), 1000);
  });
  it("assigns a row by its value and the seed alone, streamed or not", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 60 }),
        fc.nat(),
        (values, seed) => {
          const rows = rowsOf(values.map((id) => ({ id })));
          const names = assign(rows, given(0.5, 0.5), seed);
          assert.deepEqual([...assign([...rows].reverse(), given(0.5, 0.5), seed)].reverse(), names);
          assert.deepEqual(assign(rows.slice(1), given(0.5, 0.5), seed), names.slice(1));
          const one = hashed.stream!(call("split", "hashed", given(0.5, 0.5)), seed);
          assert.deepEqual(rows.map(one), names);
        },
      ),
    ));
  it("only adds rows to train if its share grows, and moves no assigned row", () => {
    const rows = ids(0, 3000);
    const [few, many] = [assign(rows, given(0.2, 0.2)), assign(rows, given(0.6, 0.2))];
    few.forEach((name, i) => {
      if (name !== null) assert.equal(many[i], name);
    });
    assert.ok(count(many, "train") > 2 * count(few, "train"));
  });
  it("refuses rows without a value", async () => {
    const error = await codeOf(() => assign(rowsOf([{ id: "a" }, { id: "" }, {}])));
    assert.deepEqual([error.code, error.data["rows"], error.data["count"]], ["rows-without-key", [2, 3], 2]);
    const one = hashed.stream!(call("split", "hashed", given(0.5, 0.5)), 0);
    assert.equal((await codeOf(() => one({ row: 7, values: { id: null } }))).code, "rows-without-key");
  });
});

describe("by_time split", () => {
  const assign = (times: readonly unknown[], given: Given) =>
    byTime.assign(
      call("split", "by_time", { column: "at", train: "rest", ...given }),
      rowsOf(times.map((at) => ({ at }))),
      0,
    );
  it("tests on the latest rows, and validates on those before", () => {
    const days = ["2025-01-03", "2025-01-01", "2025-01-05", "2025-01-02", "2025-01-04"];
    assert.deepEqual(assign(days, { test: { share: 0.2 }, validation: 1 }), [
      ...["train", "train", "test", "train", "validation"],
    ]);
    assert.deepEqual(assign(days, { test: "2025-01-04", train: 1 }), ["train", null, "test", null, "test"]);
  });
  it("keeps rows of the same time together, and never trains on rows later than the test", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        (times, share) => {
          const names = assign(times, { test: { share } });
          const of = (name: string) => times.filter((_, i) => names[i] === name);
          assert.ok(Math.max(-1, ...of("train")) < Math.min(...of("test")));
          assert.ok(of("test").length > 0);
          // No other time at which the value changes gives a size closer to the requested share.
          const sizes = [...new Set(times)].map((time) => times.filter((t) => t >= time).length);
          const wanted = share * times.length;
          const best = Math.min(...sizes.map((size) => Math.abs(size - wanted)));
          assert.ok(Math.abs(of("test").length - wanted) <= best + 1e-6);
        },
      ),
    ));
  it("reads dates, numbers and ISO 8601 texts only", () => {
    const at = (value: unknown) => comparableTimeOf(value)?.value;
    assert.equal(at("2025-03-01"), Date.UTC(2025, 2, 1));
    assert.equal(at("2025-03"), Date.UTC(2025, 2, 1));
    assert.equal(at("2025-03-01 10:30"), Date.UTC(2025, 2, 1, 10, 30));
    assert.equal(at("2025-03-01T10:30:00.250+02:00"), Date.UTC(2025, 2, 1, 8, 30, 0, 250));
    assert.equal(at(new Date(5)), 5);
    assert.equal(at("1714000000"), 1_714_000_000);
    assert.equal(at(-3), -3);
    for (const no of [
      "2025-02-30",
      "01/02/2025",
      "yesterday",
      "",
      null,
      undefined,
      "2025-13-01",
      "24:00",
      Number.NaN,
      new Date(Number.NaN),
    ])
      assert.equal(at(no), undefined, String(no));
  });
  it("rejects a column without times, or with two kinds of times", async () => {
    const error = await codeOf(() => assign(["2025-01-01", "03/04/2025", ""], { test: 1 }));
    assert.deepEqual([error.code, error.data["rows"], error.data["count"]], ["not-a-time", [2, 3], 2]);
    assert.equal((await codeOf(() => assign([2024, "2025-01-01"], { test: 1 }))).code, "not-a-time");
    assert.equal((await codeOf(() => assign([1, 2], { test: 3 }))).code, "counts-too-large");
  });
});

describe("random multi-label split", () => {
  /** Labels of falling frequency that occur together more often than by chance. */
  const rows = (n: number, seed: number) => {
    let state = seed + 1;
    const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
    return rowsOf(
      Array.from({ length: n }, () => {
        const topic = next();
        return {
          tags: ["a", "b", "c", "d", "e", "f"].filter((_, k) => next() < (topic < 0.5 ? 0.5 : 0.2) / (k * k + 1)),
        };
      }),
    );
  };
  const shares: Given = { train: { share: 0.7 }, validation: { share: 0.15 }, test: { share: 0.15 } };
  const worst = (all: RowToClean[], names: readonly (string | null)[]) => {
    const of = (label: string, name?: string) =>
      all.filter(
        ({ values }, i) => (name === undefined || names[i] === name) && (values["tags"] as string[]).includes(label),
      ).length;
    return Math.max(
      ...["a", "b", "c", "d", "e", "f"].flatMap((label) =>
        ["train", "validation", "test"].map((name) =>
          Math.abs(of(label, name) - (of(label) * count(names, name)) / all.length),
        ),
      ),
    );
  };
  it("gives every split its share of every label to within a row or two, and its exact size", () => {
    for (let seed = 0; seed < 10; seed++) {
      const all = rows(400, seed);
      const names = random.assign(call("split", "random", { ...shares, stratify: "tags" }), all, seed);
      assert.deepEqual(
        ["train", "validation", "test"].map((name) => count(names, name)),
        [280, 60, 60],
      );
      const chance = random.assign(call("split", "random", shares), all, seed);
      assert.ok(
        worst(all, names) <= 2.5,
        `off by ${String(worst(all, names))} rows, by chance ${String(worst(all, chance))}`,
      );
    }
  });
  it("keeps groups together while stratifying labels", () => {
    const all = rows(300, 5).map((row, i) => ({ ...row, values: { ...row.values, $group: `g${String(i % 60)}` } }));
    const names = random.assign(call("split", "random", { ...shares, stratify: "tags" }), all, 0);
    const splits = new Map<unknown, Set<string | null>>();
    all.forEach(({ values }, i) => splits.set(values.$group, (splits.get(values.$group) ?? new Set()).add(names[i]!)));
    assert.ok([...splits.values()].every((own) => own.size === 1));
    assert.ok(worst(all, names) <= 12, String(worst(all, names)));
  });
});
