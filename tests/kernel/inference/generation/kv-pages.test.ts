import assert from "node:assert/strict";
import fc from "fast-check";
import { TOKENS_PER_KV_PAGE, KvPageTable, type SequencePages } from "#kernel/inference/generation/kv-pages.js";

/** Returns a text's tokens: one of a few shared prefixes, and a suffix that few share. */
const tokensOf = (beginning: number, length: number, end: number): number[] =>
  Array.from({ length }, (_, i) => (i < 2 * TOKENS_PER_KV_PAGE ? beginning : end) * 1000 + i);

describe("KV page table", () => {
  it("keeps pages while a sequence uses them and identifies them by their full prefix", () => {
    const step = fc.record({
      text: fc.integer({ min: 0, max: 3 }),
      does: fc.constantFrom("begin", "read", "end"),
      beginning: fc.integer({ min: 1, max: 2 }),
      length: fc.integer({ min: 1, max: 5 * TOKENS_PER_KV_PAGE }),
      adapter: fc.constantFrom("0 ", "1 ", "0 salt"),
    });
    const property = fc.property(
      fc.array(step, { minLength: 30, maxLength: 60 }),
      fc.integer({ min: 5, max: 12 }),
      (steps, count) => {
        const pages = new KvPageTable(count);
        /** Content of each position in the store. */
        const store = new Map<number, string>();
        const texts = new Map<number, { held: SequencePages; tokens: number[]; adapter: string; done: number }>();
        const place = (held: SequencePages, i: number): number =>
          held.pages[Math.floor(i / TOKENS_PER_KV_PAGE)]! * TOKENS_PER_KV_PAGE + (i % TOKENS_PER_KV_PAGE);
        const said = (tokens: readonly number[], adapter: string, i: number): string =>
          `${adapter}:${tokens.slice(0, i + 1).join()}`;
        for (const { text, does, beginning, length, adapter } of steps) {
          const own = texts.get(text);
          if (does === "begin" && !own) {
            const tokens = tokensOf(beginning, length, text % 2);
            const { found, idle } = pages.idleIn(adapter, tokens, length - 1);
            const before = pages.room;
            const held = pages.begin(adapter, tokens, length - 1);
            assert.equal(held.pages.length, found);
            assert.equal(pages.room, before - idle);
            assert.ok(found * TOKENS_PER_KV_PAGE < length, "the last token is read in any case");
            texts.set(text, { held, tokens, adapter, done: found * TOKENS_PER_KV_PAGE });
          } else if (own && does === "read") {
            const grew = pages.grow(own.held, own.tokens.length);
            assert.equal(grew, own.held.pages.length * TOKENS_PER_KV_PAGE >= own.tokens.length);
            if (!grew) assert.equal(pages.room, 0);
            const end = Math.min(own.held.pages.length * TOKENS_PER_KV_PAGE, own.tokens.length);
            for (let i = own.done; i < end; i++) store.set(place(own.held, i), said(own.tokens, own.adapter, i));
            own.done = Math.max(own.done, end);
            pages.fill(own.adapter, own.held, own.tokens, own.done);
          } else if (own && does === "end") {
            pages.end(own.held);
            texts.delete(text);
          }
          const used = new Set<number>();
          for (const { held, tokens, adapter: of, done } of texts.values()) {
            for (const page of held.pages) used.add(page);
            for (let i = 0; i < done; i++)
              assert.equal(store.get(place(held, i)), said(tokens, of, i), "nobody wrote there");
          }
          assert.equal(pages.room, count - used.size, "each page is held or can be had");
        }
      },
    );
    fc.assert(property, { numRuns: 300, seed: 9 });
  });

  it("evicts the least recently used pages first, and later pages before their prefix", () => {
    const pages = new KvPageTable(6);
    const read = (seed: number, length: number): number => {
      const tokens = Array.from({ length }, (_, i) => seed * 1000 + i);
      const held = pages.begin("0", tokens, length - 1);
      const found = held.pages.length;
      assert.ok(pages.grow(held, length));
      pages.fill("0", held, tokens, length);
      pages.end(held);
      return found;
    };
    assert.equal(read(1, 3 * TOKENS_PER_KV_PAGE), 0);
    assert.equal(read(2, 3 * TOKENS_PER_KV_PAGE), 0);
    // The store is full: the new text takes the first text's last page. Its two other pages are still known.
    assert.equal(read(3, TOKENS_PER_KV_PAGE), 0);
    assert.equal(read(1, 3 * TOKENS_PER_KV_PAGE), 2);
    // This took the third text's page or the second text's last page. The first text was used since and is complete.
    assert.equal(read(1, 3 * TOKENS_PER_KV_PAGE + 1), 3);
  });
});
