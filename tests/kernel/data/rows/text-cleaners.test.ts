/** Which cleaners change texts, and the warning about texts that were not cleaned. */
import assert from "node:assert/strict";
import { countChangedTexts, textCleaners, uncleanedTextsWarning } from "#kernel/data/rows/text-cleaners.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Call } from "#dsl/language/types/value.js";

const call = (word: string, given: Call["arguments"] = {}): Call => ({ kind: "cleaner", word, arguments: given });
/** One call per cleaner. Each call changes the row below, unless the cleaner changes no text. */
const CALLS: readonly Call[] = [
  ...["lowercase", "redact", "strip_html", "unicode", "whitespace", "drop_empty", "drop_duplicates"].map((word) =>
    call(word),
  ),
  ...[
    call("replace", { pattern: "Hello" }),
    call("relabel", { labels: { record: { a: "b" } } }),
    call("clamp", { role: "score", range: { from: 1, to: 2 } }),
  ],
];

describe("text-changing cleaners", () => {
  it("are marked as such, and other cleaners are not", async () => {
    const values = { text: "  Hello <b>Ann</b>\u200b, write to ann@example.org ", label: "a", score: 1 };
    for (const one of CALLS) {
      const cleaner = await implementationOf(registry, "cleaner", one.word);
      const cleaned = cleaner.start(one, { streamed: false, seed: 1, columns: {} })({ row: 1, values });
      const changes = "values" in cleaned && cleaned.values["text"] !== values.text;
      assert.equal(textCleaners([one]).length === 1, changes, one.word);
    }
  });
  it("are listed in a warning with the model and the reader of its texts", () => {
    const clean = [call("drop_empty"), call("lowercase"), call("redact", { entity: ["email"] })];
    const told = uncleanedTextsWarning("m", clean, "`page`");
    assert.deepEqual([told?.model, told?.reader, told?.cleaners.length], ["m", "`page`", 2]);
    assert.match(told!.cleaners[0]!, /^lowercase/);
    assert.equal(uncleanedTextsWarning("m", [call("drop_empty")], "`page`"), null);
  });
  it("are counted by the texts that they would change, single or in pairs", async () => {
    assert.equal(await countChangedTexts([call("lowercase")], ["a", "B", ["c", "D"], ["e", "f"]]), 2);
    assert.equal(await countChangedTexts([call("lowercase")], ["a"]), 0);
    assert.equal(await countChangedTexts([call("drop_empty")], ["A"]), 0);
  });
  it("give no count if their key is missing", async () => {
    const key: Call = { kind: "secret", word: "secret", arguments: { env: "TUNEBOOK_NO_SUCH_KEY" } };
    assert.equal(await countChangedTexts([call("redact", { replacement: "hash", key })], ["a"]), null);
  });
});
