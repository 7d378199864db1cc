/**
 * The languages of a data set's texts: counted by split, from a sample if the data set is large, and shown in one line.
 */
import assert from "node:assert/strict";
import { languageObserver } from "#kernel/data/audit/audit.js";
import { forEachRow, type AuditedRow, type AuditedSplits } from "#kernel/data/audit/rows.js";
import { dataLanguagesText } from "#kernel/display/data/languages.js";
import { sentences } from "../../../fixtures/languages/sentences.js";
import { dataFacts } from "../../display/examples.js";

function rowsOf(splits: Readonly<Record<string, readonly string[]>>): AuditedSplits {
  const row = (text: string, i: number): AuditedRow => ({ row: i + 1, split: null, values: { text } });
  return {
    names: Object.keys(splits),
    rows: (split) => splits[split]!.length,
    chunks: (split) => [splits[split]!.map(row)],
    rowAt: (split, index) => row(splits[split]![index]!, index),
  };
}
async function foundIn(splits: Readonly<Record<string, readonly string[]>>) {
  const rows = rowsOf(splits);
  const observer = await languageObserver(rows);
  await forEachRow(rows, (row, split) => observer.look(row, split));
  return observer.found();
}
/** Returns `count` texts of one language. */
const some = (code: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => sentences[code]![i % 8]!);

describe("language statistics of data", () => {
  it("count each split, and texts too short to classify", async () => {
    const found = await foundIn({ train: [...some("en", 40), "ok", "no"], test: [...some("de", 8), ...some("en", 8)] });
    const [train, test] = found!.splits;
    assert.deepEqual([train!.of, train!.rows, train!.untold], [42, 42, 2]);
    assert.deepEqual(train!.languages, [{ code: "en", name: "English", count: 40 }]);
    assert.deepEqual(
      test!.languages.map(({ name, count }) => [name, count]),
      [
        ["German", 8],
        ["English", 8],
      ],
    );
  });
  it("use an even sample of at most 2,000 rows", async () => {
    const train = Array.from({ length: 30_000 }, (_, i) => sentences[i < 15_000 ? "en" : "fr"]![i % 8]!);
    const found = await foundIn({ train, test: some("fr", 300) });
    const [own, other] = found!.splits;
    assert.ok(own!.rows <= 2000 && own!.rows >= 1900 && other!.rows === 200, JSON.stringify([own!.rows, other!.rows]));
    const [first, second] = own!.languages;
    assert.ok(Math.abs(first!.count - second!.count) <= 0.02 * own!.rows);
  });
  it("are null if there are no texts", async () => {
    assert.equal(await foundIn({ train: [] }), null);
  });
  it("are shown in one line, weighted by split size, if there are several languages", async () => {
    const told = async (splits: Readonly<Record<string, readonly string[]>>) => {
      const {
        audit = { near: [], conflicts: { texts: 0, rows: 0, examples: [] }, told: null, groups: null, scores: null },
      } = dataFacts;
      return dataLanguagesText({ ...dataFacts, audit: { ...audit, languages: await foundIn(splits) } });
    };
    assert.deepEqual(await told({ train: some("en", 100) }), []);
    assert.deepEqual(await told({ train: [...some("en", 98), ...some("de", 2)] }), []);
    assert.deepEqual(await told({ train: [...some("en", 75), ...some("de", 20), ...Array<string>(5).fill("ok")] }), [
      "languages: English 75 %, German 20 %, too short to detect 5 %",
    ]);
    assert.deepEqual(await told({ train: some("en", 3000), test: some("de", 1000) }), [
      "languages: English 75 %, German 25 %",
    ]);
  });
});
