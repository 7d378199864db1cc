/** A session's cache of prepared data: it contains the most recently used data sets. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { TableFacts } from "#dsl/language/types/facts.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { answerCompilerNeed } from "#kernel/session/answers/need-answers.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { WholeReads } from "../whole-reads.js";
import { call, Folder } from "../../data/rows/plans.js";

describe("dataset cache of a session", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const rows = Array.from({ length: 2000 }, (_, i) => `text number ${i},${i % 2 ? "a" : "b"}\n`).join("");
  const source = call("source", "csv", { path: folder.write("rows.csv", `text,label\n${rows}`) });
  const hostContext = plainHostContext(folder.path);

  it("evicts old entries and keeps recently used ones", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const datasets = new DatasetCache();
    const of = (seed: number) => datasets.data(folder.plan(source, { seed }), null, hostContext);
    const made: WeakRef<object>[] = [];
    for (let seed = 0; seed < 30; seed++) {
      made.push(new WeakRef(await of(seed)));
      await of(0); // repeated use keeps it in the cache
    }
    // A weak reference is not cleared before the turn of the event loop ends.
    await new Promise((done) => setTimeout(done, 10));
    collect();
    const alive = made.flatMap((one, seed) => (one.deref() ? [seed] : []));
    assert.ok(alive.length <= 10, `${alive.length} of 30 are held: ${alive.join(", ")}`);
    assert.ok(
      [0, 28, 29].every((seed) => alive.includes(seed)),
      alive.join(", "),
    );
    assert.equal(await of(0), await of(0));
  });
  it("reads, cleans and splits once for all thinned sizes", async () => {
    const path = folder.write("sizes.csv", `text,label\n${rows}`);
    const reads = new WholeReads();
    try {
      const split = call("split", "random", { train: { share: 0.8 }, validation: { share: 0.2 } });
      const over = call("cleaner", "balance", { by: "over", ratio: { share: 1 } });
      const clean = [call("cleaner", "drop_short", { limit: 14, by: "characters" }), over];
      const plan = (thin?: DataPlan["thin"]) =>
        folder.plan(call("source", "csv", { path }), { split, clean, ...(thin !== undefined && { thin }) });
      const datasets = new DatasetCache();
      const sizes = [undefined, { share: 0.2 }, { share: 0.4 }, 300];
      const of = (at: number, by: DatasetCache) => by.data(plan(sizes[at]), null, hostContext);
      const shared = await Promise.all(sizes.map((_, at) => of(at, datasets)));
      assert.equal(reads.of("sizes.csv"), 1);
      assert.ok((shared[0]?.facts.dropped.length ?? 0) > 0);
      for (const [at, { facts, labels, sample, splits }] of shared.entries()) {
        const alone = await of(at, new DatasetCache());
        assert.deepEqual({ facts, labels, sample }, { facts: alone.facts, labels: alone.labels, sample: alone.sample });
        for (const [name, table] of Object.entries(splits))
          assert.deepEqual(table.array("$row"), alone.splits[name]!.array("$row"));
      }
      assert.equal(reads.of("sizes.csv"), 5);
      folder.write("sizes.csv", `text,label\n${rows}text at the end,a\n`);
      await of(1, datasets);
      assert.equal(reads.of("sizes.csv"), 6);
    } finally {
      reads.stop();
    }
  });
  it("reads the columns once until the file changes", async () => {
    const datasets = new DatasetCache();
    const of = call("source", "csv", { path: folder.write("head.csv", "text,label\na,b\n") });
    const header = () => answerCompilerNeed({ about: "table", source: of, folder: "." }, hostContext, datasets);
    const first = await header();
    assert.equal(await header(), first);
    folder.write("head.csv", "text,team\na,b\n");
    const { columns } = (await header()) as TableFacts;
    assert.deepEqual(columns, ["text", "team"]);
    await assert.rejects(
      answerCompilerNeed(
        { about: "table", source: { ...of, arguments: { path: "no.csv" } }, folder: "." },
        hostContext,
        datasets,
      ),
    );
  });
  it("prepares data again if the hash key changes", async () => {
    const datasets = new DatasetCache();
    const path = folder.write("told.csv", "text,label\nwrite to a@b.org,a\n");
    const key = call("secret", "secret", { env: "TUNEBOOK_TEST_KEY" });
    const clean = [call("cleaner", "redact", { entity: ["email"], replacement: "hash", key })];
    const hashed = async (held: string): Promise<unknown> => {
      process.env["TUNEBOOK_TEST_KEY"] = held;
      const { splits } = await datasets.data(
        folder.plan(call("source", "csv", { path }), { clean }),
        null,
        hostContext,
      );
      return splits["all"]!.get("text", 0);
    };
    try {
      const [one, other, again] = [await hashed("one"), await hashed("other"), await hashed("one")];
      assert.match(String(one), /EMAIL:/);
      assert.notEqual(one, other);
      assert.equal(one, again);
    } finally {
      delete process.env["TUNEBOOK_TEST_KEY"];
    }
  });
});
