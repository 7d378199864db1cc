/** Notes on an automatic sweep: a best rate at the end of its range, and trials that learned nothing. */
import assert from "node:assert/strict";
import type { SettingSearchSpace } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { ScoredCandidate } from "#kernel/study/auto/auto.js";
import { autoOutcomeNotes, noLearningYetNote } from "#kernel/study/auto/notes.js";
import type { TrialRecord } from "#kernel/study/trial.js";

const goal = { direction: "maximize", metric: "f1(macro)" } as const;
const majority: ScoredCandidate = {
  name: "baseline(majority)",
  kind: "baseline",
  score: 0.2271,
  seconds: 0,
  bytes: null,
  latency: null,
  constant: true,
};
const space: SettingSearchSpace = { space: "log", from: 0.0007, to: 0.09, integer: false };
const vary = { "optimizer.learning_rate": space };
const trial = (number: number, score: number, rate = "0.002"): TrialRecord => ({
  number,
  point: {},
  score,
  state: "done",
  seconds: 1,
  run: null,
  error: null,
  values: { "optimizer.learning_rate": rate },
});
const notesOf = (trials: readonly TrialRecord[], best: number, probed = [majority]): string =>
  autoOutcomeNotes({ goal, vary, trials, best, probed }).join(" ");

describe("advice after an automatic sweep", () => {
  it("mentions a best learning rate at either end of its range", () => {
    assert.match(
      notesOf([trial(1, 0.3), trial(2, 0.44, "0.08634")], 2),
      /^The best rate, 0\.08634, is at the upper end of its range \(0\.0007 to 0\.09\): widen `optimizer\.learning_rate` in the program above/,
    );
    assert.match(notesOf([trial(1, 0.4, "0.00072")], 1), /lower end/);
    assert.equal(notesOf([trial(1, 0.4, "0.03")], 1), "");
  });
  it("mentions that no trial beat the constant prediction, also after the first trials", () => {
    const same = [trial(1, 0.2271, "0.09"), trial(2, 0.19)];
    const text = notesOf(same, 1);
    assert.match(
      text,
      /^No trial did better than a constant prediction \(baseline\(majority\): f1\(macro\) 0\.2271\): give it more epochs, or a larger budget\.$/,
    );
    assert.equal(notesOf([...same, trial(3, 0.3)], 3), "");
    assert.equal(notesOf(same, 2, []), "");
    const so = (trials: readonly TrialRecord[]) => noLearningYetNote({ goal, trials, probed: [majority], first: 2 });
    assert.equal(so(same.slice(0, 1)), null);
    assert.match(so(same) ?? "", /^No trial did better .* so far/);
    assert.equal(so([trial(1, 0.3), trial(2, 0.2)]), null);
  });
});
