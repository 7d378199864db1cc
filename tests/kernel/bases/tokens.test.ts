/**
 * The tokenizer hash: equal for bases that produce the same tokens for every text, whatever else their files contain.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tokenizerHashOf } from "#kernel/bases/tokens.js";

const whole = JSON.parse(
  readFileSync(
    fileURLToPath(new URL("../../../../tests/fixtures/models/tokenizer-distilbert/tokenizer.json", import.meta.url)),
    "utf8",
  ),
) as Record<string, unknown> & { readonly model: Record<string, unknown> };

describe("tokenizer hashes of two bases", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  const of = (text: string): Promise<string | undefined> => {
    const file = join(folder, `${String(files++)}.json`);
    writeFileSync(file, text);
    return tokenizerHashOf(file);
  };

  it("are equal despite different file layout, truncation and padding", async () => {
    const own = await of(JSON.stringify(whole));
    assert.match(String(own), /^[0-9a-f]{64}$/);
    const padded = { ...whole, truncation: { max_length: 128 }, padding: { strategy: { Fixed: 128 } } };
    assert.equal(await of(JSON.stringify(padded, null, 2)), own);
  });

  it("differ if any setting changes the tokens", async () => {
    const own = await of(JSON.stringify(whole));
    for (const other of [
      { ...whole, normalizer: null },
      { ...whole, pre_tokenizer: null },
      { ...whole, post_processor: null },
      { ...whole, added_tokens: [] },
      { ...whole, model: { ...whole.model, unk_token: "[OTHER]" } },
    ])
      assert.notEqual(await of(JSON.stringify(other)), own);
  });

  it("are undefined for invalid files and files larger than 8 MiB", async () => {
    assert.equal(await of("{"), undefined);
    assert.equal(await of("[]"), undefined);
    assert.equal(await of(JSON.stringify({ ...whole, extra: "x".repeat(2 ** 23) })), undefined);
  });
});
