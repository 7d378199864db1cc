/** Labels in the data preview: shares of the number that they are counted in. */
import assert from "node:assert/strict";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { dataPreview } from "#kernel/display/data/data-preview.js";
import { data, dataFacts } from "../examples.js";

/** Previews two splits of ten rows each. `each`: number of occurrences of each label per split. */
function previewed(role: string, each: Readonly<Record<string, number>>): string {
  const labels = Object.entries(each).map(([label, count]) => ({ label, count }));
  const split = { rows: 10, labels, lengths: null };
  const facts: DataFacts = { ...dataFacts, splits: { train: split, test: split }, labels: Object.keys(each) };
  return dataPreview({ ...data, columns: { text: "body", [role]: "team" } }, facts, []).bundle["text/plain"] as string;
}
const line = (text: string, start: string): string =>
  text
    .split("\n")
    .find((one) => one.startsWith(start))!
    .replace(/ {2,}/g, " | ");

describe("preview of dropped and cleaned rows", () => {
  const headsOf = (facts: DataFacts): readonly string[] =>
    String(dataPreview(data, facts, []).bundle["text/plain"])
      .split("\n")
      .filter((one) => /^(dropped because|cleaner) /.test(one))
      .map((one) => one.replace(/ {2,}/g, " | "));
  it("has a column of examples only if there are any", () => {
    assert.deepEqual(headsOf(dataFacts), ["dropped because | rows | such as", "cleaner | changed | dropped | such as"]);
    const bare = {
      ...dataFacts,
      dropped: dataFacts.dropped.map((one) => ({ ...one, examples: [] })),
      cleaners: [{ word: "unicode", changed: 0, dropped: [], examples: [] }],
    };
    assert.deepEqual(headsOf(bare), ["dropped because | rows", "cleaner | changed | dropped"]);
  });
});

describe("preview of labels", () => {
  it("lists the most frequent first, and summarises rare ones in one line", () => {
    const each = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`label${String(i)}`, i + 1]));
    const text = previewed("label", each);
    const lines = text.split("\n").filter((one) => /^(label\d|and )/.test(one));
    assert.equal(lines.length, 13);
    assert.match(lines[0] ?? "", /^label29 +30 +30 /);
    assert.match(lines[1] ?? "", /^label28 +29 +29 /);
    assert.match(lines[12] ?? "", /^and 18 more labels +171 +171 /);
  });
  it("gives a tag's share of all tags, and counts tags and rows", () => {
    const text = previewed("tags", { O: 80, "B-PER": 15, "I-PER": 5 });
    assert.match(line(text, "label "), /^label \| train \| test \| share of tags/);
    assert.match(line(text, "O "), /^O \| 80 \| 80 \| 80 %/);
    assert.match(line(text, "B-PER"), /^B-PER \| 15 \| 15 \| 15 %/);
    assert.match(line(text, "all tags"), /^all tags \| 100 \| 100/);
    assert.match(line(text, "rows "), /^rows \| 10 \| 10/);
  });
  it("gives the share of rows with a label if rows have several labels", () => {
    const text = previewed("labels", { old: 8, urgent: 6 });
    assert.match(line(text, "label "), /share of rows/);
    assert.match(line(text, "old "), /^old \| 8 \| 8 \| 80 %/);
    assert.match(line(text, "urgent "), /^urgent \| 6 \| 6 \| 60 %/);
    assert.match(line(text, "rows "), /^rows \| 10 \| 10/);
  });
  it("quotes a label with trailing whitespace", () => {
    const text = previewed("label", { technical: 9, "technical ": 1 });
    assert.match(line(text, "technical"), /^technical \| 9/);
    assert.match(line(text, '"technical "'), /^"technical " \| 1/);
  });
  it("counts rows and their copies", () => {
    const head = (facts: Partial<DataFacts>) =>
      (dataPreview(data, { ...dataFacts, ...facts }, []).bundle["text/plain"] as string).split("\n")[0];
    assert.match(
      head({ rowsIn: 30, kept: 52, copies: 25 })!,
      /: 30 rows in, 27 kept, 3 dropped, and 25 copies to even out the labels: 52 in all$/,
    );
    assert.match(head({ rowsIn: 30, kept: 30 })!, /: 30 rows in, 30 kept$/);
  });
  it("gives the share of all rows if each has one label", () => {
    const text = previewed("label", { no: 9, yes: 1 });
    assert.match(line(text, "no "), /^no \| 9 \| 9 \| 90 %/);
    assert.match(line(text, "all "), /^all \| 10 \| 10/);
  });
});
