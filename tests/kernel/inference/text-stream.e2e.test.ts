import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { StopStringFilter } from "#kernel/inference/stop-strings.js";
import { IncrementalTextStream } from "#kernel/inference/text-stream.js";
import { writeTokenizer } from "../session/small-tokenizers.js";

const texts = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  anyText({ maxLength: 8 }),
  fc.constantFrom("héllo wörld", "日本語のテキスト", "👩‍👩‍👧‍👦 family", "a\n\n  b", "  two blanks", "naïve café 🎉🎉"),
);

for (const kind of ["byteLevel", "byteFallback"] as const)
  describe(`incremental text stream, ${kind} tokenizer`, () => {
    let folder: string;
    let tokenizer: Tokenizer;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "tunebook-stream-"));
      writeTokenizer(folder, kind);
      tokenizer = await loadTokenizer(folder);
    });
    after(() => rmSync(folder, { recursive: true }));
    const idsOf = async (text: string): Promise<number[]> => Array.from((await tokenizer.encode([text], 1e9))[0]!);

    it("joins to the full text and never splits a character", () =>
      fc.assert(
        fc.asyncProperty(texts, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }), async (text, sizes) => {
          const ids = await idsOf(text);
          const stream = new IncrementalTextStream(tokenizer);
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < ids.length; i++) {
            const size = sizes[i % Math.max(1, sizes.length)] ?? 1;
            pieces.push(await stream.push(ids.slice(at, at + size)));
            at += size;
          }
          for (const piece of pieces)
            assert.ok(!piece.includes("\ufffd") || text.includes("\ufffd"), JSON.stringify(pieces));
          pieces.push(await stream.end());
          assert.equal(pieces.join(""), await tokenizer.decode(Int32Array.from(ids)));
        }),
        { numRuns: 150 },
      ));
    it("keeps the space between the prompt and its continuation", async () => {
      const [prompt, whole] = [await idsOf("one"), await idsOf("one two")];
      const stream = new IncrementalTextStream(tokenizer, prompt);
      assert.equal((await stream.push(whole.slice(prompt.length))) + (await stream.end()), " two");
    });
    it("emits an incomplete character at the end", async () => {
      const ids = await idsOf("a🎉");
      const stream = new IncrementalTextStream(tokenizer);
      const first = await stream.push(ids.slice(0, -1));
      assert.equal(first.replace(/\ufffd/g, ""), first);
      assert.match(first + (await stream.end()), /^a\ufffd+$/);
    });
  });

describe("stop strings", () => {
  const through = (stops: readonly string[], pieces: readonly string[]): { text: string; found: boolean } => {
    const s = new StopStringFilter(stops);
    const text = pieces.map((p) => s.push(p)).join("");
    return { text: text + s.end(), found: s.found };
  };
  it("end the text before the first match, with any chunking", () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 4 }), { maxLength: 8 }),
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n"), minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 3,
        }),
        (pieces, stops) => {
          const { text, found } = through(stops, pieces);
          // A longer stop string may begin before a shorter one that was found first. Pieces are searched as they
          // arrive.
          const whole = pieces.join("");
          const ends = stops.map((s) => whole.indexOf(s)).filter((at) => at >= 0);
          assert.equal(found, ends.length > 0);
          if (found) {
            assert.ok(whole.startsWith(text));
            assert.ok(stops.every((s) => !text.includes(s)));
            assert.ok(text.length >= Math.min(...ends));
          } else assert.equal(text, whole);
        },
      ),
    ));
  it("delay only text that may begin a stop string", () => {
    const s = new StopStringFilter(["\n\nQ:"]);
    assert.deepEqual(
      [s.push("A: 8"), s.push("\n"), s.push("\nso"), s.push(" it is\n\n"), s.push("Q"), s.push(": more")],
      ["A: 8", "", "\n\nso", " it is", "", ""],
    );
    assert.equal(s.found, true);
    assert.equal(s.end(), "");
  });
});
