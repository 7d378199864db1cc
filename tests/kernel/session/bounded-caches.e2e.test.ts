/** Caches of a long session retain the most recently used entries, and recreate evicted ones unchanged. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "arquero";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { DataAudit } from "#dsl/language/types/audit-facts.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import { tokenizedTextsOf } from "#kernel/data/sequences/tokens.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { AuditCache } from "#kernel/data/sources/kept-audits.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { call, Folder } from "../data/rows/plans.js";
import { writeSmallBert } from "./small-bert.js";
import { WholeReads } from "./whole-reads.js";

describe("session caches", function () {
  this.timeout(60_000);

  it("evict bases, tokenizers and lengths, and measure the same rows again", async () => {
    const folder = new Folder();
    const reads = new WholeReads();
    try {
      const rows = Array.from({ length: 8 }, (_, i) => `good film ${"book ".repeat(i)},${i % 2 ? "a" : "b"}`);
      const plan = folder.plan(
        call("source", "csv", { path: folder.write("rows.csv", ["text,label", ...rows].join("\n")) }),
      );
      // More than any cache retains: bases, tokenizers in this process and in the sandbox, and readers of one data set.
      const bases = Array.from({ length: 20 }, (_, i) => `bert${String(i)}`);
      for (const [i, name] of bases.entries())
        writeSmallBert(join(folder.path, name), ["good", ...(i % 2 ? ["film"] : []), "book", `w${String(i)}`]);
      const datasets = new DatasetCache();
      const of = (name: string) => datasets.data(plan, { name, folder: folder.path }, plainHostContext(folder.path));
      const first = new Map<string, DataFacts>();
      for (const name of bases) first.set(name, (await of(name)).facts);
      const lengths = [...first.values()].map(({ splits }) => JSON.stringify(splits));
      assert.equal(new Set(lengths).size, 1, "unknown words are one token, as known ones are");
      for (const name of bases) {
        const again = (await of(name)).facts;
        assert.notEqual(again, first.get(name), `${name} was kept`);
        assert.deepEqual(again, first.get(name));
      }
      assert.equal((await of("bert19")).facts, (await of("bert19")).facts);
      assert.equal(reads.of("rows.csv"), 1);
    } finally {
      reads.stop();
      folder.remove();
    }
  });

  it("evict audits and repeat them", async () => {
    const cache = process.env["TUNEBOOK_CACHE"];
    const folder = mkdtempSync(join(tmpdir(), "tunebook-audits-"));
    process.env["TUNEBOOK_CACHE"] = folder;
    try {
      const audits = new AuditCache();
      const looks: string[] = [];
      const of = (hash: string) =>
        audits.auditFor(hash, () => {
          looks.push(hash);
          const conflicts = { texts: looks.length, rows: 0, examples: [] };
          return Promise.resolve<DataAudit>({ near: [], conflicts, told: null, groups: null, scores: null });
        });
      const first = await of("0");
      assert.equal(await of("0"), first);
      for (let i = 1; i < 100; i++) await of(String(i));
      assert.equal(looks.length, 100);
      assert.equal(await of("99"), await of("99"));
      assert.equal(looks.length, 100);
      assert.equal((await of("0")).conflicts.texts, 101);
    } finally {
      if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
      else process.env["TUNEBOOK_CACHE"] = cache;
      rmSync(folder, { recursive: true });
    }
  });

  it("evict tokens by tokenizer and table reader, and encode again", async () => {
    const rows = table({ text: ["ab", "c"], input: ["x", "yz"], $row: [1, 2] });
    const encoded: string[] = [];
    const tokenizer = (first: number): TokenizerImplementation => ({
      padId: 0,
      encodeWords: () => Promise.resolve([]),
      encodePairs: () => Promise.resolve([]),
      encodeContexts: () => Promise.resolve([]),
      encode: (texts) => {
        encoded.push(texts.join());
        return Promise.resolve(texts.map((text) => Int32Array.of(first, ...Buffer.from(text))));
      },
    });
    const [one, ...others] = Array.from({ length: 10 }, (_, i) => tokenizer(i));
    assert.ok(one);
    const tokens = await tokenizedTextsOf(rows, one);
    assert.equal(await tokenizedTextsOf(rows, one), tokens);
    for (const other of others) await tokenizedTextsOf(rows, other);
    assert.equal(encoded.length, 10);
    const again = await tokenizedTextsOf(rows, one);
    assert.equal(encoded.length, 11);
    assert.deepEqual(again, tokens);
    for (let i = 0; i < 20; i++) await tokenizedTextsOf(rows, one, { role: "input", prefix: `${String(i)}: ` });
    assert.equal(encoded.length, 31);
    assert.equal(encoded.at(-1), "19: x,19: yz");
    await tokenizedTextsOf(rows, one, { role: "input", prefix: "19: " });
    assert.equal(encoded.length, 31);
    assert.deepEqual(await tokenizedTextsOf(rows, one), tokens);
    assert.equal(encoded.length, 32);
  });
});
