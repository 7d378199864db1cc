/**
 * Streamed data: the same rows, splits, facts and tokens as data in memory, with memory use independent of the data's
 * size.
 */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { call, streamedPlan as plan } from "./streamed-plan.js";
import type { PreparedData } from "#kernel/data/prepared.js";
import { measurePreparedData, prepareFetchedData, prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import { openOrMakeTokenFile } from "#kernel/data/sources/token-file.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import { TextHashMap } from "#stdlib/text/fingerprints.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";

/** One token per character, between 1 and 2. */
const tokenizer: TokenizerImplementation & { readonly hash: string } = {
  padId: 0,
  hash: "characters-of-a-test",
  encodeWords: () => Promise.resolve([]),
  encodePairs: () => Promise.resolve([]),
  encodeContexts: () => Promise.resolve([]),
  encode: (texts) =>
    Promise.resolve(texts.map((text) => Int32Array.of(1, ...[...text].map((c) => c.codePointAt(0)!), 2))),
};

describe("streamed data", () => {
  let folder: string;
  const cache = process.env["TUNEBOOK_CACHE"];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-stream-"));
    process.env["TUNEBOOK_CACHE"] = join(folder, "cache");
  });
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });
  const world = () => ({ folder, live: () => undefined });
  const rows = Array.from({ length: 6000 }, (_, i) => ({
    text: i % 11 === 3 ? "" : `text ${i % 4001} é “${"x".repeat((i % 4001) % 37)}”${i % 9 === 4 ? "\u00a0 " : ""}`,
    label: ["yes", "no", "perhaps"][((i % 4001) + (i % 5 === 0 ? 1 : 0)) % 3]!,
    part: i % 10 === 0 ? "dev" : "train",
  }));
  const same = (streamed: PreparedData, whole: PreparedData) => {
    assert.deepEqual(streamed.facts, whole.facts);
    assert.deepEqual(streamed.labels, whole.labels);
    assert.deepEqual(streamed.sample, whole.sample);
    assert.deepEqual(Object.keys(streamed.streamed!), Object.keys(whole.splits));
    for (const [name, table] of Object.entries(whole.splits)) {
      const split = streamed.streamed![name]!;
      assert.deepEqual(split.values("text", 0, split.rows), Array.from(table.array("text") as Iterable<string>));
      assert.deepEqual(
        Array.from(split.labels!, (label) => streamed.labels[label]),
        Array.from(table.array("label") as Iterable<string>),
      );
      assert.deepEqual([...split.numbers], Array.from(table.array("$row") as Iterable<number>));
    }
  };

  it("have the same rows, splits, labels, lengths and hash as data in memory", async () => {
    writeFileSync(join(folder, "a.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const csv = rows.map(({ text, label, part }) => `"${text}",${label},${part}`);
    writeFileSync(join(folder, "a.csv"), ["text,label,part", ...csv].join("\r\n"));
    for (const [word, path] of [
      ["jsonl", "a.jsonl"],
      ["csv", "a.csv"],
    ] as const) {
      const whole = await prepareFetchedData(plan(word, path, false), world(), { tokenizer });
      assert.ok(whole.facts.dropped.length === 3 && whole.facts.kept > 3000);
      const [unicode] = whole.facts.cleaners!;
      assert.deepEqual([unicode!.changed, unicode!.examples.length], [606, 3]);
      same(await prepareFetchedData(plan(word, path, true), world(), { tokenizer }), whole);
    }
  });

  describe("preview of a part", () => {
    const most = { mostBytes: 2 ** 20, mostRows: 2048 };
    const look = async (word: string, path: string, more: Partial<DataPlan> = {}) => {
      const of = plan(word, path, true, more);
      return measurePreparedData(await prepareFetchedRows(of, world(), most), of, { tokenizer, ...most });
    };
    const near = (found: number, whole: number, share: number, what: string) =>
      assert.ok(Math.abs(found - whole) <= share * whole, `${what}: ${String(found)} for ${String(whole)}`);
    before(() => {
      const all = Array.from({ length: 60_000 }, (_, i) => ({
        text: `text ${String(i)} ${"x".repeat(i % 37)}`,
        ...{ label: i % 4 === 0 ? "no" : "yes", part: i % 10 === 0 ? "dev" : "train" },
      }));
      writeFileSync(join(folder, "long.jsonl"), all.map((row) => JSON.stringify(row)).join("\n"));
      const csv = all.map(({ text, label, part }) => `${text},${label},${part}`);
      writeFileSync(join(folder, "long.csv"), ["text,label,part", ...csv].join("\n"));
    });
    for (const [word, path] of [
      ["jsonl", "long.jsonl"],
      ["csv", "long.csv"],
    ] as const)
      it(`estimates the counts of all rows and marks them as estimates: ${path}`, async () => {
        const { facts } = await look(word, path);
        const { sampled, counted, splits } = facts;
        assert.ok(sampled && counted && sampled.rows < 40_000 && counted.rows < counted.of, JSON.stringify(facts));
        near(sampled.of, 60_000, 0.06, "rows");
        assert.equal(facts.rowsIn, sampled.of);
        near(splits["train"]!.rows, 54_000, 0.06, "of the split");
        near(splits["train"]!.labels.find((l) => l.label === "no")!.count, 12_000, 0.08, "of a label");
        const { lengths } = splits["train"]!;
        near(lengths!.total, 54_000 * (1 + 5 + 5 + 18 + 1), 0.1, "tokens");
        near(
          lengths!.counts.reduce((a, b) => a + b, 0),
          splits["train"]!.rows,
          0.01,
          "texts",
        );
      });
    it("counts the tokens of a sample for data in memory too", async () => {
      const of = plan("csv", "long.csv", false);
      const rows = await prepareFetchedRows(of, world());
      const whole = await measurePreparedData(rows, of, { tokenizer });
      const part = await measurePreparedData(rows, of, { tokenizer, mostRows: 2048 });
      assert.deepEqual(part.facts.counted, { rows: 2 * 2048, of: 60_000 });
      assert.equal(part.facts.sampled, undefined);
      for (const split of ["train", "validation"]) {
        const [some, all] = [part.facts.splits[split]!.lengths!, whole.facts.splits[split]!.lengths!];
        near(some.total, all.total, 0.02, "tokens");
        near(some.counts[10]!, all.counts[10]!, 0.2, "texts of a length");
      }
    });
    it("uses all rows if they were read before, or are few", async () => {
      const whole = await prepareFetchedData(plan("csv", "long.csv", true), world(), { tokenizer });
      assert.deepEqual((await look("csv", "long.csv")).facts, whole.facts);
      writeFileSync(join(folder, "small.csv"), "text,label,part\na,x,train\nb,y,dev\n");
      const small = await look("csv", "small.csv");
      assert.deepEqual([small.facts.sampled, small.facts.counted, small.facts.rowsIn], [undefined, undefined, 2]);
    });
    it("samples each of several files", async () => {
      const source = {
        train: call("source", "jsonl", { path: "long.jsonl", stream: true }),
        test: call("source", "csv", { path: "small.csv", stream: true }),
      };
      const { splits, sampled } = (await look("", "", { source, split: null })).facts;
      near(splits["train"]!.rows, 60_000, 0.06, "of the long file");
      assert.equal(splits["test"]!.rows, 2);
      near(sampled!.of, 60_002, 0.06, "of both");
    });
  });

  it("are not read again while the file is unchanged, and are rebuilt from a damaged cache", async () => {
    const first = await prepareFetchedData(plan("jsonl", "a.jsonl", true), world(), { tokenizer });
    const kept = first.streamed!["train"]!;
    const { length } = readdirSync(join(folder, "cache", "data"));
    const again = await prepareFetchedData(plan("jsonl", "a.jsonl", true), world(), { tokenizer });
    assert.equal(again.streamed!["train"]!.folder, kept.folder);
    truncateSync(join(kept.folder, "train.rows"), 1000);
    truncateSync(join(kept.folder, `validation.${tokenizer.hash.slice(0, 16)}.tokens`), 8);
    const mended = await prepareFetchedData(plan("jsonl", "a.jsonl", true), world(), { tokenizer });
    same(mended, await prepareFetchedData(plan("jsonl", "a.jsonl", false), world(), { tokenizer }));
    assert.equal(readdirSync(join(folder, "cache", "data")).length, length);
  });

  it("are rebuilt for another hash key, which is stored nowhere", async () => {
    writeFileSync(join(folder, "told.jsonl"), `${JSON.stringify({ text: "write to a@b.org", label: "yes" })}\n`);
    const key = call("secret", "secret", { env: "TUNEBOOK_TEST_KEY" });
    const clean = [call("cleaner", "redact", { entity: ["email"], replacement: "hash", key })];
    const hashed = async (held: string) => {
      process.env["TUNEBOOK_TEST_KEY"] = held;
      const made = await prepareFetchedRows(plan("jsonl", "told.jsonl", true, { clean, split: null }), world());
      return { text: made.streamed!["all"]!.values("text", 0, 1)[0], folder: made.streamed!["all"]!.folder };
    };
    try {
      const [one, other, again] = [await hashed("first key"), await hashed("second key"), await hashed("first key")];
      assert.match(String(one.text), /^write to \[EMAIL:[a-p]{16}\]$/);
      assert.notEqual(other.text, one.text);
      assert.deepEqual(again, one);
      for (const name of readdirSync(one.folder))
        assert.ok(!readFileSync(join(one.folder, name)).includes("first key"), name);
      // A missing key is an error even if the data is cached.
      delete process.env["TUNEBOOK_TEST_KEY"];
      await assert.rejects(
        prepareFetchedRows(plan("jsonl", "told.jsonl", true, { clean, split: null }), world()),
        (error) => error instanceof CodedError && error.code === "secret-missing",
      );
    } finally {
      delete process.env["TUNEBOOK_TEST_KEY"];
    }
  });

  it("are removed from the cache after a month without use", async () => {
    const old = join(folder, "cache", "data", "old");
    mkdirSync(old);
    const before = new Date(Date.now() - 40 * 24 * 3600 * 1000);
    utimesSync(old, before, before);
    await prepareFetchedData(plan("jsonl", "a.jsonl", true), world());
    assert.ok(!existsSync(old));
  });

  it("report the counting progress over all splits", async () => {
    const told: (number | undefined)[][] = [];
    const prepared = await prepareFetchedRows(plan("jsonl", "a.jsonl", true), world());
    const all = Object.values(prepared.streamed!).reduce((sum, { rows }) => sum + rows, 0);
    const other = { ...tokenizer, hash: "counted-anew" };
    await measurePreparedData(prepared, plan("jsonl", "a.jsonl", true), {
      tokenizer: other,
      onRows: (...of) => told.push(of),
    });
    assert.deepEqual(told.at(-1), [all, all]);
    assert.ok(told.every(([done, of]) => of === all && done! <= all));
  });

  it("give the same token windows", async () => {
    const streamed = await prepareFetchedData(plan("jsonl", "a.jsonl", true), world());
    const whole = await prepareFetchedData(plan("jsonl", "a.jsonl", false), world());
    const texts = Array.from(whole.splits["train"]!.array("text") as Iterable<string>);
    const memory = new TokenWindows(new TextsInMemory([...(await tokenizer.encode(texts, Infinity))]), 16, 7);
    const disk = new TokenWindows(await openOrMakeTokenFile(streamed.streamed!["train"]!, tokenizer), 16, 7);
    assert.deepEqual(disk.lengths, memory.lengths);
    for (let row = 0; row < memory.length; row += 13) assert.deepEqual(disk.at(row), memory.at(row));
  });

  it("find the same leaks and unlabelled rows as data in memory", async () => {
    const leaky = rows.map((row, i) => ({ ...row, text: `t${i % 2991}` }));
    writeFileSync(join(folder, "leaky.jsonl"), leaky.map((row) => JSON.stringify(row)).join("\n"));
    const more = { clean: [] };
    const whole = await prepareFetchedData(plan("jsonl", "leaky.jsonl", false, more), world());
    const streamed = await prepareFetchedData(plan("jsonl", "leaky.jsonl", true, more), world());
    assert.ok(whole.facts.leakCount > 0);
    assert.equal(streamed.facts.leakCount, whole.facts.leakCount);
    writeFileSync(
      join(folder, "bare.jsonl"),
      leaky.map((row, i) => JSON.stringify(i % 100 ? row : { ...row, label: null })).join("\n"),
    );
    for (const stream of [true, false])
      await assert.rejects(prepareFetchedData(plan("jsonl", "bare.jsonl", stream, more), world()), {
        code: "missing-value",
        data: { role: "label", column: "label", rows: [1, 101, 201, 301, 401], count: 60 },
      });
  });

  it("are split by share row by row, with undivided groups", async () => {
    const grouped = rows.map((row, i) => ({ ...row, text: `${row.text} ${i}`, who: `customer ${i % 300}` }));
    writeFileSync(join(folder, "grouped.jsonl"), grouped.map((row) => JSON.stringify(row)).join("\n"));
    const split = call("split", "random", { train: { share: 0.8 }, validation: { share: 0.2 } });
    const more = { split, columns: { text: "text", label: "label", group: "who" }, clean: [] };
    const { streamed, facts } = await prepareFetchedData(plan("jsonl", "grouped.jsonl", true, more), world());
    assert.equal(facts.kept, rows.length);
    assert.ok(Math.abs(streamed!["train"]!.rows / rows.length - 0.8) < 0.06);
    const of = (name: string) => new Set(streamed![name]!.values("group", 0, streamed![name]!.rows));
    const train = of("train");
    for (const group of of("validation")) assert.ok(!train.has(group));
    const other = await prepareFetchedData(plan("jsonl", "grouped.jsonl", true, { ...more, seed: 1 }), world());
    assert.notDeepEqual(other.streamed!["train"]!.numbers, streamed!["train"]!.numbers);
  });

  it("use two passes for a sample or a split by time", async () => {
    const dated = rows.map((row, i) => ({
      ...row,
      text: `${row.text} ${i}`,
      day: `2026-01-${String(1 + ((i * 7) % 28)).padStart(2, "0")}`,
    }));
    writeFileSync(join(folder, "dated.jsonl"), dated.map((row) => JSON.stringify(row)).join("\n"));
    const byTime = call("split", "by_time", { column: "day", train: "rest", validation: null, test: { share: 0.2 } });
    const clean = [call("cleaner", "drop_short", { limit: 2, by: "words" })];
    for (const more of [{ sample: 777 }, { split: byTime }, { sample: 1234, split: byTime }, { sample: 1e6 }]) {
      const given = (stream: boolean) =>
        prepareFetchedData(plan("jsonl", "dated.jsonl", stream, { clean, ...more }), world());
      same(await given(true), await given(false));
    }
    writeFileSync(
      join(folder, "undated.jsonl"),
      dated.map((row, i) => JSON.stringify(i === 70 ? { ...row, day: "soon" } : row)).join("\n"),
    );
    await assert.rejects(prepareFetchedData(plan("jsonl", "undated.jsonl", true, { clean, split: byTime }), world()), {
      code: "not-a-time",
    });
  });

  it("refuse settings that need all rows at once", async () => {
    const split = call("split", "random", { train: 100, test: { share: 0.1 } });
    await assert.rejects(prepareFetchedData(plan("jsonl", "a.jsonl", true, { split }), world()), {
      code: "split-not-streamed",
    });
  });

  it("distinguish 200,000 texts by their fingerprints", () => {
    const seen = new TextHashMap();
    for (let i = 0; i < 200_000; i++) assert.equal(seen.meet(`text ${i * 7919}`, i), undefined);
    for (let i = 0; i < 200_000; i += 997) assert.equal(seen.meet(`text ${i * 7919}`, 0), i);
    assert.equal(seen.size, 200_000);
  });
});
