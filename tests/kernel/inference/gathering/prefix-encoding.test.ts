import assert from "node:assert/strict";
import fc from "fast-check";
import { charactersForTokens, encodeTextParts, cutTextPart } from "#kernel/inference/gathering/prefix-encoding.js";

/** Returns a distinct number for each word; blanks are skipped. */
const words = (text: string): Int32Array =>
  Int32Array.from(
    text.split(/\s+/u).filter(Boolean),
    (word) => Array.from(word).reduce((sum, c) => sum * 31 + c.codePointAt(0)!, 7) | 0,
  );

describe("prefix tokenization", () => {
  it("yields the same tokens as the full text, with any spacing", async () => {
    const run = fc.record({ word: fc.stringMatching(/^[a-z😀]{1,9}$/u), blanks: fc.constantFrom(1, 1, 1, 3, 9000) });
    const property = fc.asyncProperty(
      fc.array(run, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 32 }),
      fc.constantFrom("start" as const, "end" as const),
      async (runs, times, tokens, from) => {
        const text = runs
          .map(({ word, blanks }) => " ".repeat(blanks) + word)
          .join("")
          .repeat(times);
        const whole = words(text);
        let characters = 0;
        const [read] = await encodeTextParts([text], { tokens, from }, (texts) => {
          characters += texts[0]!.length;
          return Promise.resolve(texts.map(words));
        });
        const part = (ids: Int32Array): Int32Array => (from === "start" ? ids.slice(0, tokens) : ids.slice(-tokens));
        assert.deepEqual(part(read!), part(whole));
        assert.equal(read!.length > tokens, whole.length > tokens);
        // The length doubles each time, so at most four times the text is read in total.
        assert.ok(characters <= Math.max(charactersForTokens(tokens), 4 * text.length));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
  it("reads only as much text as the model", async () => {
    let characters = 0;
    await encodeTextParts(["a b ".repeat(1_000_000)], { tokens: 128, from: "start" }, (texts) => {
      characters += texts[0]!.length;
      return Promise.resolve(texts.map(words));
    });
    assert.ok(characters <= charactersForTokens(128), String(characters));
  });
  it("never splits a character", () => {
    const faces = "😀".repeat(50);
    for (const from of ["start", "end"] as const)
      for (let most = 1; most < 99; most++)
        assert.ok(!/\p{Surrogate}/u.test(cutTextPart(faces, most, from)), String(most));
  });
});
