/** Fewer training rows: drawn at random, nested, and nothing else changes. */
import assert from "node:assert/strict";
import type { DataPlan } from "#dsl/language/types/value.js";
import { prepareFetchedData } from "#kernel/data/sources/prepare.js";
import { call, codeOf, Folder } from "../rows/plans.js";

describe("thin option", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const rows = Array.from({ length: 200 }, (_, i) => `text ${String(i)},${i % 10 === 0 ? "rare" : "often"}`);
  folder.write("rows.csv", ["text,label", ...rows].join("\n"));
  const split = call("split", "random", { train: { share: 0.8 }, validation: { share: 0.1 }, test: { share: 0.1 } });
  const of = (more: Partial<DataPlan>, source = {}) =>
    prepareFetchedData(
      folder.plan(call("source", "csv", { path: "rows.csv", ...source }), { split, ...more }),
      folder.world(),
    );
  const numbers = async (more: Partial<DataPlan>, name = "train") =>
    Array.from((await of(more)).splits[name]!.array("$row") as ArrayLike<number>);

  it("selects a share of the training rows, nested and in source order", async () => {
    const [all, forty, twenty] = [
      await numbers({}),
      await numbers({ thin: { share: 0.4 } }),
      await numbers({ thin: { share: 0.2 } }),
    ];
    assert.deepEqual([all.length, forty.length, twenty.length], [160, 80, 40]);
    assert.ok(twenty.every((row) => forty.includes(row)) && forty.every((row) => all.includes(row)));
    assert.deepEqual(
      twenty,
      all.filter((row) => twenty.includes(row)),
    );
    assert.deepEqual(await numbers({ thin: { share: 0.8 } }), all);
  });
  it("accepts a number of rows", async () => {
    const few = await numbers({ thin: 40 });
    assert.deepEqual(few, await numbers({ thin: { share: 0.2 } }));
  });
  it("leaves other splits and labels unchanged, and reports the removed rows", async () => {
    for (const name of ["validation", "test"])
      assert.deepEqual(await numbers({ thin: 1 }, name), await numbers({}, name));
    const { labels, facts } = await of({ thin: 1 });
    assert.deepEqual(labels, ["often", "rare"]);
    assert.deepEqual(
      facts.dropped.map(({ why, count }) => [why, count]),
      [["thinned out of the rows that train", 159]],
    );
    assert.notEqual(facts.hash, (await of({})).facts.hash);
  });
  it("runs before label balancing", async () => {
    const over = call("cleaner", "balance", { by: "over", ratio: { share: 1 } });
    const { facts } = await of({ thin: 40, clean: [over] });
    const counts = facts.splits["train"]!.labels.map(({ count }) => count);
    assert.equal(counts[0], counts[1]);
    assert.ok(counts[0]! < 40);
  });
  it("refuses sizes that the rows cannot provide", async () => {
    assert.equal((await codeOf(() => of({ thin: 161 }))).code, "too-thin");
    assert.equal((await codeOf(() => of({ thin: { share: 0.9 } }))).code, "too-thin");
    assert.equal((await codeOf(() => of({ thin: { share: 0.001 } }))).code, "too-thin");
    assert.equal((await codeOf(() => of({ thin: 40 }, { stream: true }))).code, "cannot-stream");
  });
});
