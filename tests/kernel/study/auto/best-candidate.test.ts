/** The winner of a sweep and the text about it: a model is never praised if an untrained alternative is as good. */
import assert from "node:assert/strict";
import type { ScoredCandidate, ScoredCandidateDifference } from "#kernel/study/auto/auto.js";
import { bestScoredCandidate, paretoFrontNames, outcomeSentence } from "#kernel/study/auto/best-candidate.js";

const goal = { direction: "maximize", metric: "accuracy" } as const;
const words: ScoredCandidate = {
  name: "baseline(tfidf)",
  kind: "baseline",
  score: 0.8,
  seconds: 0.2,
  bytes: 1e5,
  latency: 0.1,
};
const frozen: ScoredCandidate = {
  name: "a, frozen",
  kind: "frozen",
  base: "a",
  score: 0.82,
  seconds: 4,
  bytes: 9e7,
  latency: 5,
};
const trial: ScoredCandidate = {
  name: "trial 3",
  kind: "trial",
  score: 0.9,
  seconds: 60,
  bytes: 9e7,
  latency: 5,
  number: 3,
};
const versus = (verdicts: readonly ScoredCandidateDifference["verdict"][]): readonly ScoredCandidateDifference[] =>
  [words, frozen].map(({ name }, i) => ({ name, difference: 0, low: null, high: null, verdict: verdicts[i] ?? null }));
const said = (
  scored: readonly ScoredCandidate[],
  verdicts: readonly ScoredCandidateDifference["verdict"][],
  untrained: string | null = null,
) => outcomeSentence({ name: "found", goal, scored, versus: versus(verdicts), untrained, looks: 1, rows: 40 });

describe("result of an automatic sweep", () => {
  it("names the best trial and separates what it beats from what it may not", () => {
    const text = said([words, frozen, trial], ["better", "no difference shown"]);
    assert.match(text, /^trial 3 is the best, with accuracy 0\.9 on the validation rows/);
    assert.match(text, /it beats baseline\(tfidf\) by more than chance; against a, frozen no difference is shown\./);
    assert.doesNotMatch(text, /rather too good/);
  });
  it("states the number of looks and claims no win that chance explains", () => {
    const of = (looks: number, chosen: boolean): string =>
      outcomeSentence({
        name: "found",
        goal,
        scored: [words, trial],
        untrained: null,
        looks,
        rows: 40,
        versus: versus(["no difference shown"])
          .slice(0, 1)
          .map((one) => (chosen ? { ...one, chosen } : one)),
      });
    const text = of(160, true);
    assert.match(text, /ahead of baseline\(tfidf\), but by no more than the choice of the best score may explain\./);
    assert.match(text, /Since it is the best of 160 scores on 40 rows.*`evaluate found\.best` on the test split\.$/);
    assert.doesNotMatch(text, /beats|no difference is shown/);
    assert.match(of(20, false), /against baseline\(tfidf\) no difference is shown\. Since it is the best of 20 scores/);
  });
  it("names a training-free option first if that is better", () => {
    const worse = { ...trial, score: 0.79 };
    assert.match(
      said([words, worse], ["worse"]),
      /^baseline\(tfidf\) wins: accuracy 0\.8 .* the best trial has 0\.79, which is more than chance\./,
    );
    assert.match(said([words, worse], ["no difference shown"]), /within chance/);
    assert.match(
      said([words, { ...trial, score: 0.8 }], ["no difference shown"]),
      /^baseline\(tfidf\) does as well as the best trial/,
    );
  });
  it("has no verdict with too few rows, and skips trials that miss a threshold", () => {
    assert.match(said([words, { ...trial, score: 0.7 }], [null]), /0\.7, with too few rows to exclude chance\./);
    assert.match(said([words, trial], [null]), /it is ahead of baseline\(tfidf\) and a, frozen with too few rows/);
    // Trials are ranked: the second has the better score but misses a threshold.
    const missed = { ...trial, name: "trial 9", score: 0.95 };
    assert.match(said([words, trial, missed], ["better"]), /^trial 3 is the best/);
  });
  it("is the best that meets the thresholds, and names a better one that does not", () => {
    const slow = { ...words, score: 0.95, misses: ["latency at most 5 ms, and it is 12 ms"] };
    assert.equal(bestScoredCandidate([slow, trial], goal)?.name, "trial 3");
    const text = said([slow, frozen, trial], ["worse", "better"]);
    assert.match(text, /^trial 3 is the best, .*; it beats a, frozen by more than chance\./);
    assert.match(text, /baseline\(tfidf\) has accuracy 0\.95 and misses latency at most 5 ms, and it is 12 ms\.$/);
    assert.doesNotMatch(text, /no difference is shown/);
    assert.match(
      said([words, { ...trial, misses: ["latency at most 5 ms, and it is 7 ms"] }], ["better"]),
      /^baseline\(tfidf\) is the best of what keeps all that is required, with accuracy 0\.8 .*the best trial has 0\.9 and misses latency/,
    );
    assert.match(
      said([slow], [], "no training fits"),
      /No candidate meets all requirements: baseline\(tfidf\) misses latency/,
    );
  });
  it("is a probe if nothing was trained", () => {
    const text = said([words, frozen], [], "no training fits: a: one epoch would take 41 min");
    assert.equal(
      text,
      "a, frozen is the best that there is, with accuracy 0.82 on the validation rows: no training fits: a: one epoch would take 41 min.",
    );
    assert.equal(said([{ ...words, score: Number.NaN }], []), "Nothing could be scored.");
  });
  it("follows the direction of the goal", () => {
    const low = { direction: "minimize", metric: "log_loss" } as const;
    assert.equal(bestScoredCandidate([words, frozen, trial], low)?.name, "baseline(tfidf)");
  });
  it("has a front of score, size and latency that gives no credit for unknown values", () => {
    assert.deepEqual(paretoFrontNames([words, frozen, trial], goal), ["baseline(tfidf)", "trial 3"]);
    assert.deepEqual(paretoFrontNames([words, { ...frozen, bytes: null, latency: null, score: 0.8 }], goal), [
      "baseline(tfidf)",
    ]);
  });
});
