import assert from "node:assert/strict";
import { languageOf } from "#stdlib/text/languages/detect.js";
import { languageCodes, languageName } from "#stdlib/text/languages/names.js";
import { sentences } from "../../../fixtures/languages/sentences.js";

const pairs = Object.entries(sentences).flatMap(([code, texts]) => texts.map((text) => ({ code, text })));

describe("language detection", () => {
  it("recognizes short texts in 26 languages", () => {
    const found = pairs.map(({ code, text }) => [code, languageOf(text)] as const);
    const told = found.filter(([, language]) => language !== undefined);
    const right = told.filter(([code, language]) => code === language);
    assert.ok(told.length >= 0.97 * pairs.length, `told: ${String(told.length)} of ${String(pairs.length)}`);
    assert.ok(right.length >= 0.985 * told.length, `right: ${String(right.length)} of ${String(told.length)}`);
  });
  it("is rarely wrong for three words", () => {
    const found = pairs.map(({ code, text }) => [code, languageOf(text.split(" ").slice(0, 3).join(" "))] as const);
    const told = found.filter(([, language]) => language !== undefined);
    const wrong = told.filter(([code, language]) => code !== language);
    assert.ok(told.length >= 0.65 * pairs.length, `told: ${String(told.length)}`);
    assert.ok(wrong.length <= 0.05 * told.length, `wrong: ${String(wrong.length)} of ${String(told.length)}`);
  });
  it("returns nothing for texts without a language", () => {
    for (const text of ["", "ok", "no", "12345 – 678", "👍👍👍", "ORDER 4711", "https://example.com/a/long/path @name"])
      assert.equal(languageOf(text), undefined, text);
  });
  it("has a name for every code, and knows the codes of all sentences", () => {
    for (const code of languageCodes) assert.match(languageName(code), /^[A-Z][a-z]+$/);
    for (const code of Object.keys(sentences)) assert.ok(languageCodes.includes(code), code);
  });
});
