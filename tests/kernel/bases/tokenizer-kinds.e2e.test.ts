/**
 * Every kind of tokenizer that the model families use, compared with Python's `tokenizers` on 10,000 strings
 * (tests/oracles/tokenizer_kinds.py).
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { uniform } from "#tests/oracles/numbers.js";
import { root } from "#tests/stdlib/models/golden.js";

interface Golden {
  readonly count: number;
  readonly parts: number;
  readonly below: number;
  readonly snippets: readonly (readonly string[])[];
  /** First code point and number of code points. */
  readonly ranges: readonly (readonly [number, number])[];
  /** `hashes`: one hash of the token ids for each hundred strings. */
  readonly kinds: Readonly<Record<string, { readonly tokenizer: unknown; readonly hashes: readonly string[] }>>;
}
const golden = JSON.parse(
  gunzipSync(readFileSync(new URL("golden/oracle/tokenizer-kinds.json.gz", root))).toString(),
) as Golden;

describe("kinds of tokenizers", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const texts = strings();

  for (const [name, { tokenizer, hashes }] of Object.entries(golden.kinds))
    it(`${name}: give Python's ids for ${golden.count.toLocaleString("en-US")} strings`, async () => {
      writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
      writeFileSync(join(folder, "config.json"), JSON.stringify({ pad_token_id: 0 }));
      const ids = await (await loadTokenizer(folder)).encode(texts, Infinity);
      const wrong = hashes.flatMap((hash, i) => (digest(ids.slice(100 * i, 100 * i + 100)) === hash ? [] : [i]));
      assert.deepEqual(wrong, [], "hundreds that differ");
    });
});

function digest(rows: readonly Int32Array[]): string {
  return createHash("sha256")
    .update(rows.map((ids) => ids.join()).join("\n"))
    .digest("hex")
    .slice(0, 16);
}

function strings(): readonly string[] {
  const { count, parts, below, snippets, ranges } = golden;
  return Array.from({ length: count }, (_, s) => {
    const u = Array.from(uniform(`kinds/${s}`, [1 + 3 * parts], 0.5), (x) =>
      Math.min(below - 1, Math.floor((x + 0.5) * below)),
    );
    return Array.from({ length: 1 + (u[0]! % parts) }, (_, i) => {
      const [kind, which, times] = u.slice(1 + 3 * i, 4 + 3 * i) as [number, number, number];
      const table = kind % (3 * snippets.length + ranges.length);
      if (table < 3 * snippets.length) {
        const own = snippets[table % snippets.length]!;
        return own[which % own.length]!;
      }
      const [start, size] = ranges[table - 3 * snippets.length]!;
      return Array.from({ length: 1 + (times % 3) }, (_, k) =>
        String.fromCodePoint(start + ((which + 7 * k) % size)),
      ).join("");
    }).join("");
  });
}
