/** Metrics of rankings and of pairs compared with scikit-learn and sentence-transformers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, FoundRank } from "#stdlib/metrics/kind.js";
import { registry } from "#stdlib/registry.js";

type Case = Readonly<Record<string, number>>;
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/similarity.json", import.meta.url), "utf8"),
) as {
  readonly rankings: readonly (Case & { scores: number[][]; relevant: number[][] })[];
  readonly pairs: readonly (Case & { same: number[]; similarity: number[] })[];
};
const metric = async (word: string) => (await registry.find("metric", word)!.load!()) as MetricImplementation;
const call = (word: string, given: Call["arguments"] = {}): Call => ({ kind: "metric", word, arguments: given });

function ranksOf({ scores, relevant }: (typeof golden.rankings)[number]): readonly (readonly FoundRank[])[] {
  return scores.map((row, q) =>
    row.flatMap((own, c) =>
      relevant[q]![c] === 1
        ? [{ above: row.filter((s) => s > own).length, level: row.filter((s) => s === own).length }]
        : [],
    ),
  );
}

describe("ranking and pair metrics compared with their oracles", () => {
  for (const [word, argument] of [
    ["mrr", "at"],
    ["ndcg", "at"],
    ["recall_at", "places"],
  ] as const)
    it(word, async () => {
      const implementation = await metric(word);
      let compared = 0;
      for (const c of golden.rankings)
        for (const k of [1, 3, 10, null]) {
          const want = c[k === null ? word : `${word}(${k})`];
          if (want === undefined) continue; // tied texts: the library ranks them by their order
          const got = implementation.ofRankings!(call(word, { [argument]: k }), { searches: ranksOf(c) });
          assert.ok(Math.abs(got - want) <= 1e-9, `${word} at ${k}: ${got}, the oracle says ${want}`);
          compared += 1;
        }
      assert.ok(compared >= 24, `${compared} compared`);
    });
  it("rankings: a model that gives equal scores ranks nothing first", async () => {
    const searches = [[{ above: 0, level: 4 }], [{ above: 0, level: 4 }]];
    assert.equal((await metric("mrr")).ofRankings!(call("mrr"), { searches }), 0.25);
    assert.equal((await metric("recall_at")).ofRankings!(call("recall_at", { places: 3 }), { searches }), 0);
  });
  it("pairs: are scored at the best threshold", async () => {
    for (const c of golden.pairs) {
      const input = {
        labels: ["no", "yes"],
        same: Uint8Array.from(c.same),
        similarity: Float64Array.from(c.similarity),
      };
      for (const name of ["accuracy", "f1", "f1(macro)"]) {
        const [word, average = "auto"] = name.split(/[()]/);
        const got = (await metric(word!)).ofPairs!(call(word!, { average, of: null }), input);
        assert.ok(Math.abs(got - c[name]!) <= 1e-9, `${name}: ${got}, the oracle says ${c[name]}`);
      }
      for (const word of ["precision", "recall"]) {
        const got = (await metric(word)).ofPairs!(call(word, { average: "auto", of: null }), input);
        assert.ok(Math.abs(got - c[word]!) <= 1e-9, `${word}: ${got}, the oracle says ${c[word]}`);
      }
    }
  });
});
