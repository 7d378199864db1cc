import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { registry } from "#stdlib/registry.js";

type Kind = "bleu" | "chrf" | "chrf(2)" | "ter" | "character_error_rate" | `rouge${"1" | "2" | "L" | "Lsum"}`;
interface Case extends Readonly<Record<Kind, number>> {
  readonly written: readonly string[];
  readonly targets: readonly string[];
}
const cases = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/scores.json", import.meta.url), "utf8"),
) as readonly Case[];

async function score(
  word: string,
  given: Call["arguments"],
  input: Pick<Case, "written" | "targets">,
): Promise<number> {
  const metric = (await registry.find("metric", word)!.load!()) as MetricImplementation;
  return metric.ofWritten!({ kind: "metric", word, arguments: given }, input);
}

describe("text generation scores compared with sacrebleu and rouge-score", () => {
  for (const [word, variant, given] of [
    ["bleu", "bleu", {}],
    ["chrf", "chrf", { words: 0 }],
    ["chrf", "chrf(2)", { words: 2 }],
    ["ter", "ter", {}],
    ["character_error_rate", "character_error_rate", {}],
    ["rouge", "rouge1", { variant: "rouge1" }],
    ["rouge", "rouge2", { variant: "rouge2" }],
    ["rouge", "rougeL", { variant: "rougeL" }],
    ["rouge", "rougeLsum", { variant: "rougeLsum" }],
  ] as const)
    it(`match to nine digits: ${variant}`, async () => {
      assert.ok(cases.some((c) => c[variant] > 0) && cases.some((c) => c[variant] === 0));
      for (const c of cases) {
        const got = await score(word, given, c);
        assert.ok(Math.abs(got - c[variant]) < 1e-9, `${got}, not ${c[variant]}: ${JSON.stringify(c.written)}`);
      }
    });
  it("word_error_rate: counts insertions, deletions and substitutions over all rows", async () => {
    const rate = (written: string[], targets: string[]) => score("word_error_rate", {}, { written, targets });
    assert.equal(await rate(["AH B AE SH"], ["AH B AE SH"]), 0);
    assert.equal(await rate(["B AE  SH", "x y z", ""], ["AH B AE SH", "x q z", "a b c"]), (1 + 1 + 3) / 10);
    assert.equal(await rate(["a b c d", "b a"], ["d", "a b"]), (3 + 2) / 3);
    assert.ok(Number.isNaN(await rate(["a"], [""])));
  });
  it("distinct and repetition: use only the generated text", async () => {
    const of = (word: string, words: number, written: string[]) =>
      score(word, { words }, { written, targets: written.map(() => "") });
    assert.equal(await of("distinct", 1, ["a b a", "b c"]), 3 / 5);
    assert.equal(await of("distinct", 2, ["a b a b", "a b c"]), 3 / 5);
    assert.ok(Number.isNaN(await of("distinct", 3, ["a b", ""])));
    assert.ok(Math.abs((await of("repetition", 2, ["a b a b", "a b c", "x"])) - 1 / 9) < 1e-15);
    assert.equal(await of("repetition", 4, ["a b c d e"]), 0);
  });
  it("treat the same characters as blanks as Python, at any position", async () => {
    const at = (word: string, written: string, target: string) =>
      score(word, {}, { written: [written], targets: [target] });
    for (const blank of ["\u0085", "\u001c", "\u001f", "\u2028"]) {
      assert.equal(await at("word_error_rate", `a${blank}b`, "a b"), 0);
      assert.equal(await at("character_error_rate", `${blank}ab${blank}`, "ab"), 0);
      assert.equal(await at("edit_distance", `ab${blank}`, "ab"), 0);
      assert.equal(await at("exact_match", `ab${blank}`, "ab"), 1);
    }
    // JavaScript treats U+FEFF as whitespace; Python does not.
    assert.equal(await at("word_error_rate", "a\ufeffb", "a b"), 1);
    assert.equal(await at("character_error_rate", "\ufeffab", "ab"), 0.5);
    assert.equal(await at("exact_match", "ab\ufeff", "ab"), 0);
    assert.notEqual(await at("bleu", "a b c d e\ufeff", "a b c d e"), 100);
  });
  it("exact_match: counts texts that match in full", async () => {
    const targets = ["a b", "c", "D", "e"];
    assert.equal(await score("exact_match", {}, { written: ["a b", " c ", "d", ""], targets }), 0.5);
  });
});
