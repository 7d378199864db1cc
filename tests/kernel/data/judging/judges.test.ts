/**
 * Label judges based on words and letters do not see the row they judge. Combined, they estimate the number of wrong
 * labels and name the rows whose labels were changed.
 */
import assert from "node:assert/strict";
import { letterFeatures, wordFeatures } from "#kernel/data/judging/bags.js";
import { suspectedLabels, estimateLabelNoise } from "#kernel/data/judging/judges.js";
import { labelProbabilitiesFromLetterNgrams } from "#kernel/data/judging/letters-judge.js";
import { combineLabelJudges } from "#kernel/data/judging/noise.js";
import { calibrateTemperature } from "#kernel/data/judging/temperature.js";
import { labelProbabilitiesFromWords } from "#kernel/data/judging/words-judge.js";
import { accuracyOf, restart, rowsOf, uniform } from "./rows.js";

/** Returns texts with `own` words specific to the label and `all` words common to all labels. */
const textsOf = (labels: Int32Array, own: number, all: number): readonly string[] =>
  Array.from(labels, (label) =>
    [
      ...Array.from({ length: own }, () => `topic${String(label)}w${String(Math.floor(30 * uniform()))}`),
      ...Array.from({ length: all }, () => `word${String(Math.floor(60 * uniform()))}`),
    ].join(" "),
  );
/** Words of one to four syllables; the label is the number of syllables, counted from 0. */
function spelt(rows: number): { readonly texts: readonly string[]; readonly labels: Int32Array } {
  const one = (of: string): string => of[Math.floor(of.length * uniform())]!;
  const labels = Int32Array.from({ length: rows }, () => Math.floor(4 * uniform()));
  const texts = Array.from(labels, (label) =>
    Array.from(
      { length: label + 1 },
      () => one("bdfgklmnprst") + one("aeiou") + (uniform() < 0.5 ? one("lnrst") : ""),
    ).join(""),
  );
  return { texts, labels };
}
function turned(own: Int32Array, count: number, share: number) {
  const labels = own.map((label) =>
    uniform() < share ? (label + 1 + Math.floor((count - 1) * uniform())) % count : label,
  );
  return { labels, rows: new Set([...own.keys()].filter((row) => own[row] !== labels[row])) };
}

describe("text features", () => {
  beforeEach(restart);
  it("contain words and word pairs, or characters and character pairs without spaces", () => {
    assert.equal(wordFeatures("Two words, two", 2 ** 20).parts.length, 4);
    assert.deepEqual([...wordFeatures("Two words, two", 2 ** 20).counts].sort(), [1, 1, 1, 2]);
    assert.equal(wordFeatures("今日は", 2 ** 20).parts.length, 5);
    assert.equal(wordFeatures("… !", 2 ** 20).parts.length, 0);
  });
  it("contain letter n-grams with boundaries, and only the beginning of long texts", () => {
    // N-grams of " ab ": " ", a, b, " a", "ab", "b ", " ab", "ab ".
    assert.equal(letterFeatures("ab", 2 ** 20).parts.length, 8);
    const long = Array.from({ length: 4000 }, (_, i) => `w${String(i)}`).join(" ");
    assert.ok(wordFeatures(long, 2 ** 20).parts.length <= 513 && letterFeatures(long, 2 ** 20).parts.length <= 512);
  });
});

describe("word-based label judge", () => {
  beforeEach(restart);
  const labels = Int32Array.from({ length: 240 }, (_, i) => i % 3);
  it("predicts labels from words", () => {
    assert.ok(accuracyOf(labelProbabilitiesFromWords(textsOf(labels, 2, 6), labels, 3)!, labels) > 0.95);
  });
  it("predicts at chance level for random labels", () => {
    const accuracy = accuracyOf(labelProbabilitiesFromWords(textsOf(labels, 0, 8), labels, 3)!, labels);
    assert.ok(accuracy > 0.2 && accuracy < 0.47, String(accuracy));
  });
  it("ignores the label of the row that it judges", () => {
    const texts = textsOf(labels, 1, 6);
    const other = labels.slice();
    other[7] = (labels[7]! + 1) % 3;
    const [a, b] = [labels, other].map((given) => labelProbabilitiesFromWords(texts, given, 3)!.subarray(21, 24));
    a!.forEach((one, label) => assert.ok(Math.abs(one - b![label]!) < 0.02, `${String(one)} and ${String(b![label])}`));
  });
  it("gives no result if no word occurs twice", () => {
    const texts = Array.from(labels, (_, i) => `only${String(i)}`);
    assert.equal(labelProbabilitiesFromWords(texts, labels, 3), null);
  });
});

describe("letter-based label judge", () => {
  beforeEach(restart);
  it("predicts labels from spelling, deterministically", () => {
    const { texts, labels } = spelt(1200);
    const chances = labelProbabilitiesFromLetterNgrams(texts, labels, 4)!;
    assert.ok(accuracyOf(chances, labels) > 0.8, String(accuracyOf(chances, labels)));
    assert.deepEqual(labelProbabilitiesFromLetterNgrams(texts, labels, 4), chances);
  });
  it("ignores the row that it judges", () => {
    const { texts } = spelt(600);
    const labels = Int32Array.from(texts, () => Number(uniform() < 0.5));
    const accuracy = accuracyOf(labelProbabilitiesFromLetterNgrams(texts, labels, 2)!, labels);
    assert.ok(accuracy > 0.4 && accuracy < 0.6, String(accuracy));
  });
  it("gives no result for long texts", () => {
    assert.equal(labelProbabilitiesFromLetterNgrams(["a".repeat(41), "b".repeat(41)], Int32Array.of(0, 1), 2), null);
  });
});

describe("combined label judges", () => {
  beforeEach(restart);
  /** Simulates a judge that is right for the fraction `right` of the rows and has matching confidence. */
  const judge = (labels: Int32Array, count: number, right: number): Float32Array => {
    const scores = new Float64Array(labels.length * count);
    labels.forEach((label, row) => {
      scores[row * count + (uniform() < right ? label : Math.floor(count * uniform()))] = 1;
    });
    return calibrateTemperature(scores, labels, count).chances;
  };
  it("estimate the number of wrong labels: none, few or many", () => {
    const own = Int32Array.from({ length: 3000 }, (_, i) => i % 4);
    for (const share of [0, 0.05, 0.2]) {
      const { labels } = turned(own, 4, share);
      // Three judges that know the true labels of different rows: where all agree, they are right.
      const said = combineLabelJudges(
        [0.9, 0.9, 0.85].map((right) => judge(own, 4, right)),
        labels,
        4,
      );
      assert.ok(Math.abs(said.share - share) < 0.02, `${String(said.share)} of ${String(share)}`);
    }
  });
  it("follow the accurate judge and ignore the guessing one", () => {
    const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 2);
    const [good, bad] = [judge(labels, 2, 0.9), judge(labels, 2, 0)];
    const both = combineLabelJudges([good, bad], labels, 2);
    assert.ok(both.accuracy >= accuracyOf(good, labels) - 0.01, String(both.accuracy));
  });
  it("gain no confidence from a judge that is counted three times", () => {
    const own = Int32Array.from({ length: 2000 }, (_, i) => i % 2);
    const { labels } = turned(own, 2, 0.1);
    const said = judge(labels, 2, 0.7);
    const [once, thrice] = [[said], [said, said, said]].map((all) => combineLabelJudges(all, labels, 2));
    const apart = Math.max(...once!.chances.map((chance, i) => Math.abs(chance - thrice!.chances[i]!)));
    assert.ok(apart < 0.02, String(apart));
  });
  it("have calibrated probabilities: as many suspected labels are wrong as predicted", () => {
    const { vectors, labels: own } = rowsOf([500, 400, 300], 12, 1);
    const { labels, rows } = turned(own, 3, 0.08);
    const said = estimateLabelNoise(textsOf(own, 1, 4), vectors, labels, 3);
    const found = suspectedLabels(said, labels, 3);
    const right = found.filter(({ row, likely }) => rows.has(row) && likely === own[row]).length;
    const wrong = found.reduce((all, { chance }) => all + 1 - chance, 0);
    assert.ok(right >= 0.8 * found.length && right >= 0.8 * rows.size, `${String(right)} of ${String(found.length)}`);
    assert.ok(Math.abs(wrong - right) < 0.12 * found.length, `${String(wrong)} said, ${String(right)} right`);
    for (let i = 1; i < found.length; i++) assert.ok(found[i]!.chance >= found[i - 1]!.chance);
  });
  it("suspect almost no label if all labels are correct", () => {
    const { vectors, labels } = rowsOf([200, 200], 8, 2);
    assert.ok(suspectedLabels(estimateLabelNoise(textsOf(labels, 2, 4), vectors, labels, 2), labels, 2).length <= 4);
  });
});
