import assert from "node:assert/strict";
import type { DataPlan } from "#dsl/language/types/value.js";
import { dataHandle, dataHandleTypeText } from "#kernel/data/rows/handle.js";
import { prepareMeasuredData } from "#kernel/data/prepare.js";
import { registry } from "#stdlib/registry.js";
import { readTableHeader } from "#kernel/data/rows/rows.js";
import { call, codeOf, Folder } from "./rows/plans.js";

const clean = (...words: string[]) => words.map((word) => call("cleaner", word));

describe("data preparation", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const csv = (name: string, text: string) => call("source", "csv", { path: folder.write(name, text) });
  const run = (plan: DataPlan, live: Record<string, unknown> = {}) => prepareMeasuredData(plan, folder.world(live));

  it("counts incoming, remaining and dropped rows, with reasons and row numbers", async () => {
    const source = csv(
      "a.csv",
      "text,label,part\nGood,x,train\n good ,x,train\n,x,train\nBad,y,test\nbad,x,test\n<b>Fine</b>,y,test\n",
    );
    const split = call("split", "by_column", { column: "part" });
    const { facts, splits, labels, sample } = await run(
      folder.plan(source, { clean: clean("unicode", "strip_html", "drop_empty", "drop_duplicates"), split }),
    );
    assert.deepEqual([facts.rowsIn, facts.kept], [6, 3]);
    assert.deepEqual(facts.dropped, [
      { why: "duplicate", count: 1, examples: [2] },
      { why: "empty text", count: 1, examples: [3] },
      { why: "duplicate under another label", count: 1, examples: [5] },
    ]);
    const example = (row: number, before: string, after: string | null) => ({ row, role: "text", before, after });
    assert.deepEqual(facts.cleaners, [
      { word: "unicode", changed: 1, dropped: [], examples: [example(2, " good ", "good")] },
      { word: "strip_html", changed: 1, dropped: [], examples: [example(6, "<b>Fine</b>", "Fine")] },
      {
        word: "drop_empty",
        changed: 0,
        dropped: [{ why: "empty text", count: 1 }],
        examples: [example(3, "", null)],
      },
      {
        word: "drop_duplicates",
        changed: 0,
        dropped: [
          { why: "duplicate", count: 1 },
          { why: "duplicate under another label", count: 1 },
        ],
        examples: [example(2, "good", null), example(5, "bad", null)],
      },
    ]);
    assert.deepEqual(Object.keys(splits), ["train", "test"]);
    assert.deepEqual(splits["test"]?.objects(), [
      { text: "Bad", label: "y", $row: 4 },
      { text: "Fine", label: "y", $row: 6 },
    ]);
    assert.deepEqual(labels, ["x", "y"]);
    assert.deepEqual(facts.splits["test"]?.labels, [
      { label: "x", count: 0 },
      { label: "y", count: 2 },
    ]);
    assert.deepEqual(sample[0], { text: "Good", label: "x" });
  });
  it("shows no text from before the redaction of personal data", async () => {
    const source = csv("secret.csv", 'text,label\n"  write to ann@example.com, PLEASE",x\nNOTHING here,y\n');
    const { facts } = await run(folder.plan(source, { clean: clean("unicode", "redact", "lowercase") }));
    const [unicode, redact, lowercase] = facts.cleaners!;
    assert.deepEqual([unicode!.changed, unicode!.examples, redact!.changed, redact!.examples], [1, [], 1, []]);
    assert.equal(lowercase!.examples.length, 2);
    assert.ok(!JSON.stringify(facts).includes("ann@"));
  });
  it("preserves hostile cells unchanged", async () => {
    const rows = [
      { text: "<script>alert(1)</script>", label: "__proto__" },
      { text: "a\u0000\u001b[31m\u202eb", label: "constructor" },
    ];
    const plan = folder.plan(call("source", "table", { of: { live: "rows" } }));
    const { facts, splits, labels } = await run(plan, { rows });
    assert.deepEqual(
      splits["all"]?.objects(),
      rows.map((r, i) => ({ ...r, $row: i + 1 })),
    );
    assert.deepEqual(labels, ["__proto__", "constructor"]);
    assert.deepEqual(
      facts.splits["all"]?.labels.map((l) => l.count),
      [1, 1],
    );
  });
  it("finds texts that are in two splits, and drop_duplicates removes them", async () => {
    const source = {
      train: csv("t.csv", "text,label\nOne,x\nTwo,y\n"),
      test: csv("u.csv", "text,label\nThree,x\ntwo ,y\n"),
    };
    const leaky = await run(folder.plan(source));
    assert.deepEqual(leaky.facts.leaks, [
      {
        text: "two ",
        places: [
          { split: "train", row: 2 },
          { split: "test", row: 2 },
        ],
      },
    ]);
    assert.equal(leaky.facts.leakCount, 1);
    const mended = await run(folder.plan(source, { clean: clean("drop_duplicates") }));
    assert.equal(mended.facts.leakCount, 0);
    assert.deepEqual([mended.splits["train"]?.numRows(), mended.splits["test"]?.numRows()], [2, 1]);
  });
  it("reports an empty split, and counts a single label", async () => {
    const source = csv("one.csv", "text,label\na,x\nb,x\nc,x\n");
    const split = call("split", "random", { train: { share: 0.95 }, test: { share: 0.05 } });
    const { facts } = await run(folder.plan(source, { split }));
    assert.equal(facts.splits["test"]?.rows, 0);
    assert.deepEqual(facts.labels, ["x"]);
  });
  it("does not divide groups, and reports when a split column does", async () => {
    const text =
      "text,label,who,part\n" +
      Array.from({ length: 60 }, (_, i) => `t${i},${i % 2},g${i % 10},${i % 3 ? "train" : "test"}\n`).join("");
    const columns = { text: "text", label: "label", group: "who" };
    const drawn = await run(
      folder.plan(csv("g.csv", text), {
        columns,
        split: call("split", "random", { train: { share: 0.5 }, test: { share: 0.5 } }),
      }),
    );
    const groups = (name: string) => new Set(drawn.splits[name]!.array("group") as string[]);
    assert.equal([...groups("train")].filter((g) => groups("test").has(g)).length, 0);
    assert.ok(groups("train").size > 0 && groups("test").size > 0);
    const apart = await run(
      folder.plan(csv("g.csv", text), { columns, split: call("split", "by_column", { column: "part" }) }),
    );
    assert.equal(apart.facts.audit?.groups?.shared, 10);
  });
  it("reports the accuracy of the stratification", async () => {
    const text =
      "text,label\n" + Array.from({ length: 101 }, (_, i) => `t${i},${i % 10 === 0 ? "rare" : "common"}\n`).join("");
    const { facts } = await run(
      folder.plan(csv("s.csv", text), {
        split: call("split", "random", { train: { share: 0.8 }, test: { share: 0.2 }, stratify: "label" }),
      }),
    );
    assert.match(facts.notes?.[0] ?? "", /stratified by label: shares are within [0-9.]+ percentage points/);
  });
  it("gives the same hash for the same seed, and another for other data", async () => {
    const text = "text,label\n" + Array.from({ length: 40 }, (_, i) => `t${i},${i % 2}\n`).join("");
    const plan = folder.plan(csv("h.csv", text), {
      split: call("split", "random", { train: { share: 0.5 }, test: { share: 0.5 } }),
    });
    const hash = async (p: DataPlan) => (await run(p)).facts.hash;
    const first = await hash(plan);
    assert.equal(await hash({ ...plan, name: "other" }), first);
    assert.notEqual(await hash({ ...plan, seed: 1 }), first);
    assert.notEqual(await hash({ ...plan, source: csv("h2.csv", text.replace("t7,", "t7!,")) }), first);
  });
  it("sorts numeric labels as numbers, respects a listed order and shows unlisted labels", async () => {
    const source = csv("n.csv", "text,label\na,10\nb,9\nc,1\n");
    assert.deepEqual((await run(folder.plan(source))).labels, ["1", "9", "10"]);
    const written = await run(folder.plan(source, { labels: ["9", "1"] }));
    assert.deepEqual(written.labels, ["9", "1"]);
    assert.deepEqual(written.facts.splits["all"]?.labels.at(-1), { label: "10", count: 1 });
  });
  it("samples rows evenly", async () => {
    const text = "text,label\n" + Array.from({ length: 100 }, (_, i) => `t${i},${i % 2}\n`).join("");
    const { facts, splits } = await run(folder.plan(csv("e.csv", text), { sample: 10 }));
    assert.deepEqual([...(splits["all"]!.array("$row") as number[])], [6, 16, 26, 36, 46, 56, 66, 76, 86, 96]);
    assert.deepEqual(facts.dropped, [{ why: "outside the sample", count: 90, examples: [] }]);
  });
  it("reports rows without text or label, unknown columns and values that are not text", async () => {
    const gaps = await codeOf(() => run(folder.plan(csv("m.csv", "text,label\na,x\nb,\n,y\n"))));
    assert.deepEqual([gaps.code, gaps.data["role"], gaps.data["rows"]], ["missing-value", "text", [3]]);
    assert.deepEqual(gaps.data["also"], [{ role: "label", column: "label", rows: [2], count: 1 }]);
    const again = csv("again.csv", "text,label\na,x\n,x\n,y\n ,x\nb,y\n");
    const clean = [call("cleaner", "drop_duplicates", {})];
    const { data } = await codeOf(() => run(folder.plan(again, { clean })));
    assert.deepEqual([data["count"], data["rows"], data["also"]], [3, [2, 3, 4], undefined]);
    const column = await codeOf(() =>
      run(folder.plan(csv("m.csv", "text,label\na,x\n"), { columns: { text: "txt" } })),
    );
    assert.deepEqual(
      [column.code, column.data["nearest"], column.data["has"]],
      ["unknown-column", "text", ["text", "label"]],
    );
    const nested = await codeOf(() =>
      run(folder.plan(call("source", "table", { of: { live: "r" } })), { r: [{ text: { a: 1 }, label: "x" }] }),
    );
    assert.deepEqual([nested.code, nested.data["row"]], ["not-text", 1]);
    const none = await codeOf(() => run(folder.plan(csv("z.csv", "text,label\n"))));
    assert.deepEqual([none.code, none.data["rowsIn"]], ["no-rows-left", 0]);
  });
  it("reads a header and a few sample rows", async () => {
    const facts = await readTableHeader(
      csv("head.csv", "text,label\n" + "a,b\n".repeat(5000)),
      folder.world(),
      registry,
    );
    assert.deepEqual(facts.columns, ["text", "label"]);
    assert.equal(facts.sample.length, 5);
  });
  it("stops on an abort signal", async () => {
    const aborted = AbortSignal.abort(new Error("stop"));
    const source = csv("stop.csv", "text,label\na,b\n");
    await assert.rejects(prepareMeasuredData(folder.plan(source), folder.world(), { signal: aborted }), /stop/);
  });
  it("prepares 20,000 rows", async () => {
    const text =
      "text,label,part\n" +
      Array.from(
        { length: 20_000 },
        (_, i) => `"row ${i}, of many <b>words</b>",${i % 3},${i % 10 ? "train" : "test"}\n`,
      ).join("");
    const plan = folder.plan(csv("big.csv", text), {
      clean: clean("unicode", "strip_html", "drop_empty", "drop_duplicates"),
      split: call("split", "random", { train: { share: 0.9 }, test: { share: 0.1 }, stratify: "label" }),
    });
    const { facts } = await run(plan);
    assert.deepEqual([facts.splits["train"]?.rows, facts.splits["test"]?.rows], [18_000, 2_000]);
  });

  it("returns a handle for TypeScript", async () => {
    const prepared = await run(folder.plan(csv("v.csv", "text,label\na,x\nb,y\n")));
    const handle = dataHandle("d", prepared, async ({ rows }) => Array.from(rows, (row) => `channel ${row}`));
    assert.deepEqual(await handle["all"]!.column("channel"), ["channel 1", "channel 2"]);
    assert.equal(handle["all"]!.rows, 2);
    assert.deepEqual(handle["all"]!.table().columnNames(), ["text", "label", "$row"]);
    assert.equal(handle.report.kept, 2);
    const shown = (handle as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]!();
    assert.match(shown["text/plain"]!, /data d: 2 of 2 rows\n {2}all: 2 rows \(x 1, y 1\)/);
    assert.match(dataHandleTypeText({ train: "Split" }), /readonly "train": Split;/);
  });
});
