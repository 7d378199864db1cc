import assert from "node:assert/strict";
import type { Value } from "#dsl/language/types/value.js";
import { balance } from "#stdlib/cleaners/balance.run.js";
import { prepareFetchedData } from "#kernel/data/sources/prepare.js";
import { call, codeOf, Folder } from "../../kernel/data/rows/plans.js";

const labels = [
  ...new Array<string>(90).fill("often"),
  ...new Array<string>(31).fill("some"),
  ...new Array<string>(7).fill("rare"),
];
const copies = (given: Record<string, Value>, seed = 0) =>
  balance.copies!(call("cleaner", "balance", given), labels, seed);
const counts = (of: Int32Array) =>
  ["often", "some", "rare"].map((label) =>
    of.reduce((sum, times, row) => sum + (labels[row] === label ? times : 0), 0),
  );

describe("balance", () => {
  it("repeats rows of rarer labels, evenly within each label", () => {
    const all = copies({ by: "over", ratio: { share: 1 } });
    assert.deepEqual(counts(all), [90, 90, 90]);
    const rare = all.slice(121);
    assert.ok(Math.max(...rare) - Math.min(...rare) <= 1);
    assert.deepEqual(counts(copies({ by: "over", ratio: { share: 0.5 } })), [90, 45, 45]);
  });
  it("drops rows of more frequent labels, down to the rarest label or the ratio", () => {
    assert.deepEqual(counts(copies({ by: "under", ratio: { share: 1 } })), [7, 7, 7]);
    assert.deepEqual(counts(copies({ by: "under", ratio: { share: 0.25 } })), [28, 28, 7]);
  });
  it("is reproducible by seed", () => {
    const under = { by: "under", ratio: { share: 1 } };
    assert.deepEqual(copies(under, 3), copies(under, 3));
    assert.notDeepEqual(copies(under, 3), copies(under, 4));
  });
  describe("balance in a plan", () => {
    const folder = new Folder();
    after(() => folder.remove());
    const rows = labels.map((label, i) => `text ${i},${label}`);
    folder.write("rows.csv", ["text,label", ...rows].join("\n"));
    const over = call("cleaner", "balance", { by: "over", ratio: { share: 1 } });
    const split = call("split", "random", { train: { share: 0.75 }, validation: { share: 0.25 }, stratify: "label" });
    const of = (more: object, source = {}) =>
      prepareFetchedData(folder.plan(call("source", "csv", { path: "rows.csv", ...source }), more), folder.world());

    it("changes only the training split, and reports how many rows it repeated", async () => {
      const [plain, evened] = [await of({ split }), await of({ split, clean: [over] })];
      const told = (split: string) => evened.facts.splits[split]!.labels.map(({ count }) => count);
      assert.equal(new Set(told("train")).size, 1);
      assert.deepEqual(
        told("validation"),
        plain.facts.splits["validation"]!.labels.map(({ count }) => count),
      );
      const repeated = evened.facts.splits["train"]!.rows - plain.facts.splits["train"]!.rows;
      assert.deepEqual(evened.facts.cleaners, [
        { word: "balance", changed: 0, dropped: [], noted: [{ why: "repeated", count: repeated }], examples: [] },
      ]);
      assert.notEqual(evened.facts.hash, plain.facts.hash);
      assert.equal(evened.facts.leakCount, 0);
      assert.match(evened.facts.notes![0]!, /within [0-3]\.\d percentage points/);
    });
    it("counts a row once in checks, however often it is repeated", async () => {
      const { facts } = await of({ split, clean: [over] });
      const train = facts.splits["train"]!;
      const own = train.labels.map((one) => one.own ?? one.count);
      assert.equal(own.reduce((sum, n) => sum + n, 0) + facts.copies!, train.rows);
      assert.ok(
        own.some((rows) => rows < 10),
        String(own),
      );
      assert.equal(facts.kept - facts.copies!, labels.length);
      folder.write("odd.csv", ["text,label", ...rows.slice(0, -1), "<b>text</b>,rare"].join("\n"));
      const odd = await of(
        { split: call("split", "random", { train: { share: 1 } }), clean: [over] },
        { path: "odd.csv" },
      );
      const [tags] = odd.facts.audit!.findings!.filter(({ what }) => what === "tags");
      assert.deepEqual([tags?.rows, tags?.of, tags?.examples.length], [1, labels.length, 1]);
    });
    it("refuses streamed data, and suggests class_weight", async () => {
      const error = await codeOf(() => of({ split: null, clean: [over] }, { stream: true }));
      assert.equal(error.code, "cannot-stream");
      assert.match(String(error.data["why"]), /class_weight/);
    });
  });
});
