/** Texts made from other texts, for a teacher to label. */
import assert from "node:assert/strict";
import { makeAugmentedTexts as rewrittenRows } from "#stdlib/students/shared/augmented-texts.js";

const rewritten = (...of: Parameters<typeof rewrittenRows>): string[] => rewrittenRows(...of).map(({ text }) => text);

const numbered = (start: string, words: number): string =>
  Array.from({ length: words }, (_, i) => `${start}${String(i)}`).join(" ");
const texts = Array.from({ length: 50 }, (_, row) => numbered(`w${String(row)}x`, 20));

describe("rewritten texts", () => {
  it("have the requested number, are all new, and are reproducible by seed", () => {
    const made = rewritten(texts, 4, 1);
    assert.equal(made.length, 200);
    assert.equal(new Set([...made, ...texts]).size, 250);
    assert.deepEqual(rewritten(texts, 4, 1), made);
    assert.notDeepEqual(rewritten(texts, 4, 2), made);
    assert.deepEqual(
      rewrittenRows(texts, 4, 1).map(({ row }) => row),
      made.map((_, i) => Math.floor(i / 4)),
    );
  });

  it("use only words of the data, mostly from one or two texts, and drop a tenth", () => {
    const known = new Set(texts.flatMap((text) => text.split(" ")));
    const made = rewritten(texts, 20, 1).map((text) => text.split(" "));
    assert.ok(made.flat().every((word) => known.has(word)));
    const rowOf = (word: string) => word.split("x")[0];
    // Inserted words come from all texts, so each of the fifty contributes few.
    const sources = made.map((words) => {
      const counts = new Map<string | undefined, number>();
      for (const word of words) counts.set(rowOf(word), (counts.get(rowOf(word)) ?? 0) + 1);
      return [...counts.values()].filter((count) => count > 2).length;
    });
    assert.ok(sources.filter((count) => count <= 2).length > 0.97 * made.length);
    const joined = sources.filter((count) => count === 2).length / made.length;
    assert.ok(joined > 0.25 && joined < 0.5, String(joined));
    const words = made.flat().length / made.length;
    assert.ok(Math.abs(words - 18) < 1, String(words));
    const own = made.flatMap((words, i) => words.map((word) => rowOf(word) === `w${String(Math.floor(i / 20))}`));
    const share = own.filter(Boolean).length / own.length;
    assert.ok(share > 0.55 && share < 0.75, String(share));
  });

  it("are made of letters if a text has no blanks, and preserve its white space otherwise", () => {
    const made = rewritten(["我喜欢这部电影因为它很好看", "这家餐厅的服务真的太差了吧"], 5, 3);
    assert.ok(made.length >= 8, String(made.length));
    for (const text of made) assert.match(text, /^[我喜欢这部电影因为它很好看这家餐厅的服务真的太差了吧]+$/);
    assert.ok(rewritten(["one two\nthree four five six seven"], 9, 1).some((text) => text.includes("\n")));
  });

  it("are fewer if a text has no more variants, and none for empty texts", () => {
    assert.ok(rewritten(["yes", "no"], 10, 1).length <= 4);
    assert.deepEqual(rewritten([], 3, 1), []);
    assert.deepEqual(rewritten(["", "  "], 3, 1), []);
  });
});
