/** How a tokenizer handles languages and characters that it does not know. */
import assert from "node:assert/strict";
import { tokenizerFitFacts } from "#kernel/data/rows/tokenizer-fit.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { compiled, dataFacts, definitions } from "../../../dsl/world.js";

const UNKNOWN = 1;
/**
 * Words of lowercase Latin letters are one token, Cyrillic letters one token each, and all other characters unknown
 * tokens.
 */
const idsOf = (text: string): Int32Array => {
  const words = text.match(/[a-z]+|\p{Script=Cyrillic}|[^\s]/gu) ?? [];
  const ids = words.map((word) => (/^[a-z]+$/.test(word) ? 10 : /\p{Script=Cyrillic}/u.test(word) ? 11 : UNKNOWN));
  return Int32Array.from([2, ...ids, 3]);
};
const tokenizer = {
  padId: 0,
  unknown: UNKNOWN,
  encode: (texts: readonly string[]) => Promise.resolve(texts.map(idsOf)),
} as unknown as TokenizerImplementation;

const english = Array.from(
  { length: 60 },
  (_, i) => `the weather was lovely and we walked along the river with them ${"again ".repeat(i % 3)}`,
);
const russian = Array.from({ length: 30 }, () => "сегодня была хорошая погода и мы долго гуляли вдоль реки");

describe("tokenizer fit of the texts", () => {
  it("gives tokens per word by language, the most frequent language first", async () => {
    const reading = await tokenizerFitFacts([...english, ...russian], tokenizer);
    assert.deepEqual(
      reading?.languages.map(({ code, rows }) => [code, rows]),
      [
        ["en", 60],
        ["ru", 30],
      ],
    );
    assert.equal(reading?.languages[0]?.perWord, 1);
    const words = russian[0]!.split(" ");
    assert.equal(reading?.languages[1]?.perWord, words.join("").length / words.length);
    assert.deepEqual(reading?.unknown, { rows: 0, tokens: 0, of: reading?.unknown.of, some: [] });
  });
  it("lists characters without a token, the most frequent first", async () => {
    const odd = english.map((text, i) => (i % 3 === 0 ? `${text} 😀` : i % 4 === 0 ? `${text} 雨 😀` : text));
    const { unknown } = (await tokenizerFitFacts(odd, tokenizer))!;
    assert.deepEqual(unknown.some, ["😀", "雨"]);
    assert.equal(unknown.rows, odd.filter((text) => text.includes("😀")).length);
    assert.equal(unknown.tokens, unknown.rows + odd.filter((text) => text.includes("雨")).length);
  });
  it("is null if no text has a word", async () => assert.equal(await tokenizerFitFacts(["", "…"], tokenizer), null));

  const told = (reading: object) => {
    const { diagnostics } = compiled(`${definitions}train m on d`, {
      data: () => dataFacts({ reading: reading as never }),
    });
    return diagnostics.map((d) => [d.code, textsOfCode(d.code, d.data as never).message]);
  };
  const quiet = { rows: 1000, languages: [], unknown: { rows: 20, tokens: 50, of: 20_000, some: ["ß"] } };
  it("warns about many unknown tokens, or a language that is split into characters", () => {
    assert.deepEqual(told(quiet), []);
    assert.deepEqual(told({ ...quiet, unknown: { ...quiet.unknown, tokens: 400 } }), [
      [
        "unknown-tokens",
        '2.0% of the tokens are unknown to the tokenizer of `minilm` (in 20 of 1000 rows), such as "ß"',
      ],
    ]);
    const of = (name: string, perWord: number) => ({ code: name, name, rows: 100, perWord });
    assert.deepEqual(told({ ...quiet, languages: [of("English", 1.3), of("Thai", 5.3)] }), [
      [
        "costly-language",
        "the tokenizer of `minilm` needs 4.1 × as many tokens for Thai as for English (5.3 per word compared with 1.3)",
      ],
    ]);
    assert.deepEqual(told({ ...quiet, languages: [of("Thai", 5.3)] }), [
      ["costly-language", "the tokenizer of `minilm` needs 5.3 tokens per word of Thai"],
    ]);
    assert.deepEqual(told({ ...quiet, languages: [of("English", 1.3), of("German", 2.4)] }), []);
  });
});
