/** Labels, groups and ids are read as text: distinct values stay distinct, even beyond the precision of numbers. */
import assert from "node:assert/strict";
import { from } from "arquero";
import type { DataPlan } from "#dsl/language/types/value.js";
import { prepareFetchedData } from "#kernel/data/sources/prepare.js";
import { call, codeOf, Folder } from "./plans.js";

const [odd, even] = ["9007199254740993", "9007199254740992"];

describe("labels and ids beyond double precision", () => {
  const folder = new Folder();
  const cache = process.env["TUNEBOOK_CACHE"];
  before(() => (process.env["TUNEBOOK_CACHE"] = `${folder.path}/cache`));
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    folder.remove();
  });
  const file = (word: string, text: string, more = {}) =>
    call("source", word, { path: folder.write(`f.${word}`, text), ...more });
  const run = (source: DataPlan["source"], more: Partial<DataPlan> = {}, live: Record<string, unknown> = {}) =>
    prepareFetchedData(folder.plan(source, more), folder.world(live));
  const lines = (rows: readonly string[], of = "label") =>
    rows.map((raw, i) => `{"text":"t${i}","label":"x","${of}":${raw}}`);

  const written = [
    odd,
    even,
    `-${odd}`,
    "12345678901234567890123",
    "1e400",
    "1",
    "1.0",
    "-0",
    "0.5",
    "true",
    `"${odd} "`,
  ];
  const wanted = [odd, even, `-${odd}`, "12345678901234567890123", "1e400", "1", "1", "0", "0.5", "true", `${odd} `];
  it("are preserved digit by digit in JSON and JSON lines, in memory and streamed", async () => {
    const jsonl = lines(written).join("\n");
    const json = `[${lines(written).join(",\n")}]`;
    for (const source of [file("jsonl", jsonl), file("json", json)]) {
      const { splits } = await run(source);
      assert.deepEqual(Array.from(splits["all"]!.array("label") as Iterable<string>), wanted);
    }
    const { streamed, labels } = await run(file("jsonl", jsonl, { stream: true }));
    assert.deepEqual(
      Array.from(streamed!["all"]!.labels!, (label) => labels[label]),
      wanted,
    );
    assert.equal(new Set(labels).size, new Set(wanted).size);
  });
  it("are preserved in CSV", async () => {
    const { labels } = await run(file("csv", `text,label\na,${odd}\nb,${even}\nc,1\nd,1.0\ne,-0\nf,NaN\n`));
    assert.deepEqual([...labels].sort(), ["-0", "1", "1.0", even, odd, "NaN"].sort());
  });
  it("do not change similar digits in strings with quotes and backslashes", async () => {
    const text = `say \\"${odd}\\" \\\\`;
    const { splits } = await run(file("jsonl", `{"text":"${text}","${even}":1,"label":${odd}}`));
    const row = splits["all"]!.objects()[0] as { text: string; label: string };
    assert.deepEqual([row.text, row.label], [`say "${odd}" \\`, odd]);
  });
  it("distinguish groups, and match the same group across file formats", async () => {
    const columns = { text: "text", label: "label", group: "who" };
    const source = {
      train: file("jsonl", lines([odd, "7"], "who").join("\n")),
      test: file("json", `[${lines([even], "who").join()}]`),
    };
    assert.equal((await run(source, { columns })).facts.audit?.groups?.shared, 0);
    const csv = call("source", "csv", { path: folder.write("g.csv", `text,label,who\na,x,${odd}\nb,x,7\n`) });
    const mixed = await run({ train: source.train, test: csv }, { columns });
    assert.deepEqual(mixed.facts.audit?.groups?.some, [odd, "7"]);
  });
  it("are not treated as duplicates of each other", async () => {
    const clean = [call("cleaner", "drop_duplicates")];
    const rows = [`{"text":${odd},"label":1}`, `{"text":${even},"label":1}`, `{"text":"${odd}","label":2}`];
    const { facts } = await run(file("jsonl", rows.join("\n")), { clean });
    assert.deepEqual(
      [facts.kept, facts.dropped],
      [2, [{ why: "duplicate under another label", count: 1, examples: [3] }]],
    );
  });
  it("are still read as scores and lists", async () => {
    const scored = await run(file("jsonl", `{"text":"a","score":${odd}}`), {
      columns: { text: "text", score: "score" },
    });
    assert.deepEqual(Array.from(scored.splits["all"]!.array("score") as Iterable<number>), [Number(odd)]);
    const listed = await run(file("jsonl", `{"text":"a","labels":[${odd},${even},3]}`), {
      columns: { text: "text", labels: "labels" },
    });
    assert.deepEqual(listed.labels, ["3", even, odd]);
  });
  it("do not affect given `$row` numbers; a `$row` with nulls is replaced and `$own` is refused", async () => {
    const table = call("source", "table", { of: { live: "rows" } });
    const rows = [7, 2, 9].map(($row) => ({ $row, text: `text ${String($row)}`, label: "a" }));
    const numbersOf = async (given: unknown): Promise<unknown[]> => {
      const { splits } = await run(table, {}, { rows: given });
      return Array.from(splits["all"]!.array("$row") as Iterable<number>);
    };
    const joined = rows.map((row, i) => (i === 1 ? { ...row, $row: null } : row));
    for (const as of [(given: readonly object[]) => given, (given: readonly object[]) => from([...given])]) {
      assert.deepEqual(await numbersOf(as(rows)), [7, 2, 9]);
      assert.deepEqual(await numbersOf(as(joined)), [1, 2, 3]);
    }
    const other = await codeOf(() => run(table, {}, { rows: [{ $own: 1, text: "a", label: "b" }] }));
    assert.equal(other.code, "reserved-column");
  });
  it("from live tables are refused if rounded, read as bigints and missing as NaN", async () => {
    const table = call("source", "table", { of: { live: "rows" } });
    const live = (values: readonly unknown[], of = "label") => ({
      rows: values.map((value, i) => ({ text: `t${i}`, label: "x", [of]: value })),
    });
    const columns = { text: "text", label: "label", group: "who" };
    const rounded = await codeOf(() => run(table, {}, live([1, Number(odd)])));
    assert.deepEqual([rounded.code, rounded.data["row"], rounded.data["column"]], ["rounded-number", 2, "label"]);
    const group = await codeOf(() => run(table, { columns }, live([Number(odd)], "who")));
    assert.deepEqual([group.code, group.data["role"]], ["rounded-number", "group"]);
    const { labels } = await run(table, {}, live([BigInt(odd), BigInt(even), -0, 1]));
    assert.deepEqual(labels, ["0", "1", even, odd]);
    const none = await codeOf(() => run(table, {}, live(["x", Number.NaN])));
    assert.deepEqual([none.code, none.data["rows"]], ["missing-value", [2]]);
    const apart = await run(table, { columns }, live([Number.NaN, Number.NaN, "g"], "who"));
    assert.equal(apart.facts.audit?.groups?.of, 1);
  });
});
