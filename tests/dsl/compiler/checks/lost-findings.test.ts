/** Findings of the same kind in several splits of one data set: each is reported. */
import assert from "node:assert/strict";
import { compiled, dataFacts } from "../../world.js";

const none = {
  ...{ near: [], told: null, groups: null, scores: null },
  conflicts: { texts: 0, rows: 0, examples: [] },
};
function found(facts: object, clean = "", split = "random(train: 60%, validation: 20%, test: 20%)") {
  const text = `data d { source: csv("a.csv"), columns: { text: text, label: label }${clean}, split: ${split} }`;
  return compiled(text, { data: () => dataFacts(facts) }).diagnostics;
}
const pair = (row: number) => ({ row, text: "a b c", trained: { row: 9, text: "a b c!" }, likeness: 1 });

describe("findings in several splits", () => {
  it("produce one near-leak warning with a count per split, test first", () => {
    const near = [
      { split: "validation", rows: 7, pairs: [pair(1), pair(2), pair(3), pair(4), pair(5)] },
      { split: "test", rows: 3, pairs: [pair(6), pair(7), pair(8)] },
    ];
    const [leak, ...others] = found({ audit: { ...none, near } });
    assert.deepEqual([leak?.code, others], ["near-leak", []]);
    const { splits, pairs } = leak!.data as {
      splits: readonly { split: string; rows: number }[];
      pairs: readonly string[];
    };
    assert.deepEqual(
      splits.map(({ split, rows }) => [split, rows]),
      [
        ["test", 3],
        ["validation", 7],
      ],
    );
    assert.ok(pairs[0]?.startsWith("test:") && pairs.slice(0, 5).some((one) => one.startsWith("validation:")));
  });
  it("produce one warning per split whose labels are missing from train", () => {
    const rows = (label: string) => ({ rows: 40, labels: [{ label, count: 40 }], tokens: null });
    const splits = { train: rows("yes"), validation: rows("no"), test: rows("perhaps") };
    const told = found({ splits }).filter(({ code }) => code === "label-not-in-train");
    assert.deepEqual(
      told.map(({ data }) => (data as { split: string }).split),
      ["validation", "test"],
    );
  });
});

describe("advice of a data warning", () => {
  const leaks = { leakCount: 1, leaks: [{ text: "[NAME]", places: [] }] };
  it("suggests `drop_duplicates` after the step that made texts of two splits equal", () => {
    const after = (clean: string) => (found(leaks, clean)[0]!.data as { late?: { after: string } }).late?.after;
    assert.equal(after(""), undefined);
    assert.equal(after(", clean: [drop_duplicates, redact(email)]"), "redact");
    assert.equal(after(", clean: [redact(email), drop_duplicates]"), undefined);
  });
  it("notes that `stratify` is set already if labels are missing from train", () => {
    const rows = (label: string) => ({ rows: 40, labels: [{ label, count: 40 }], tokens: null });
    const facts = { splits: { train: rows("yes"), test: rows("no") } };
    const stratified = (split: string) =>
      (found(facts, "", split).find(({ code }) => code === "label-not-in-train")!.data as { stratified?: true })
        .stratified;
    assert.equal(stratified("random(train: 80%, test: 20%)"), undefined);
    assert.equal(stratified("random(train: 80%, test: 20%, stratify: label)"), true);
  });
});

describe("warning about a definition", () => {
  const model = 'model m { base: "minilm", task: text_classification }';
  const data = (train: string): string =>
    `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: ${train}, test: 10%) }`;
  it("is reported in the definition's cell and not again where it is used", () => {
    assert.deepEqual(compiled([`${data("80%")}\n${model}`]).codes, ["shares-leave-rows"]);
    assert.deepEqual(compiled([`${data("80%")}\n${model}`, "train m on d"]).codes, []);
  });
});
