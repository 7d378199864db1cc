/**
 * The contract of every word of the kind `pruner`, whoever wrote it. It prunes nothing before it has enough reports,
 * and never the best trial so far or a trial at its end. It decides from the study alone, and states the reason in a
 * sentence with the metric's own numbers.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Word } from "#dsl/language/types/registry.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { PrunerImplementation } from "#stdlib/pruners/kind.js";
import type { TrialReport, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { registry } from "#stdlib/registry.js";

const STEPS = 100;

/** A call with the word's defaults; a share without a default is a quarter. */
function callOf(word: Word): Call {
  const standing = word.parameters.map((p): [string, Value] => {
    if (p.default && "value" in p.default) return [p.name, p.default.value];
    return [p.name, p.default ? null : { share: 0.25 }];
  });
  return { word: word.name, kind: "pruner", arguments: Object.fromEntries(standing) };
}

const studyOf = (trials: readonly StudyTrial[], more: Partial<Study> = {}): Study => ({
  ...{ dimensions: [], objectives: 1, seed: 3, trials, wanted: null },
  allows: () => true,
  ...more,
});
function trialOf(number: number, state: StudyTrial["state"], reports: readonly TrialReport[]): StudyTrial {
  const scores = state === "done" ? [reports.at(-1)?.score ?? 0] : null;
  return { number, point: {}, state, scores, reports, violation: 0 };
}
const reportsOf = (scores: readonly number[], gap = 10): readonly TrialReport[] =>
  scores.map((score, i) => ({ step: gap * (i + 1), score }));
/** Rises to `end` over ten reports. */
const rising = (end: number): readonly TrialReport[] =>
  reportsOf(Array.from({ length: 10 }, (_, i) => end - 0.4 / (i + 1) + 0.04));

const score = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -20, max: 20 }).map((x) => x / 20) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const others = fc.array(
  fc.record({
    state: fc.constantFrom("running", "done", "pruned", "failed"),
    scores: fc.array(score, { maxLength: 10 }),
    gap: fc.constantFrom(4, 7, 10),
  }),
  { maxLength: 12 },
);
const earlier = (
  drawn: { readonly state: StudyTrial["state"]; readonly scores: readonly number[]; readonly gap: number }[],
) => drawn.map(({ state, scores, gap }, i) => trialOf(i + 1, state, reportsOf(scores, gap)));

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

for (const word of registry.ofKind("pruner").filter(({ planned }) => !planned))
  describe(`pruner ${word.name}`, () => {
    const call = callOf(word);
    let pruner: PrunerImplementation;
    before(async () => {
      pruner = (await word.load!()) as PrunerImplementation;
    });

    it("never prunes the only trial", () => {
      for (let count = 1; count <= 10; count++) {
        const trial = trialOf(1, "running", reportsOf(Array<number>(count).fill(-5)));
        assert.equal(pruner.prunes(call, studyOf([trial]), trial, STEPS), null);
      }
    });

    it("prunes hopeless trials, with a reason in the metric's own numbers", () => {
      const finished = Array.from({ length: 12 }, (_, i) => trialOf(i + 1, "done", rising(0.8 + i / 100)));
      const reasons = Array.from({ length: 20 }, (_, i) => i + 13).flatMap((number) =>
        [1, 2, 3, 4, 5, 6, 7, 8, 9].map((count) => {
          const trial = trialOf(number, "running", reportsOf(Array<number>(count).fill(0.05)));
          const told = pruner.prunes(call, studyOf([...finished, trial]), trial, STEPS);
          const low = (t: StudyTrial): StudyTrial => ({
            ...t,
            reports: t.reports.map(({ step, score: s }) => ({ step, score: s - 1 })),
            scores: t.scores && t.scores.map((s) => s - 1),
          });
          const minimized = studyOf([...finished, trial].map(low), { minimized: [true] });
          return [told, pruner.prunes(call, minimized, low(trial), STEPS), number, count * 10] as const;
        }),
      );
      const told = reasons.filter(([reason]) => reason !== null);
      assert.ok(told.length > 0);
      for (const [reason, turned, number, step] of told) {
        assert.match(reason!, new RegExp(`^trial ${number} at step ${step}: 0\\.05\\b.*\\bbelow\\b.*\\d`));
        assert.doesNotMatch(reason!, /NaN|undefined|Infinity|object|null|\.$/);
        assert.match(turned ?? "", new RegExp(`^trial ${number} at step ${step}: 0\\.95\\b.*\\babove\\b.*\\d`));
        assert.doesNotMatch(turned!, /-\d/);
      }
    });

    it("never prunes the best trial so far, nor a finished trial", () => {
      fc.assert(
        fc.property(
          others,
          fc.array(score, { maxLength: 8 }),
          fc.integer({ min: 1, max: 40 }),
          (drawn, scores, number) => {
            const reports = reportsOf(scores);
            const best = trialOf(100 + number, "running", [...reports, { step: 10 * (reports.length + 1), score: 2 }]);
            assert.equal(pruner.prunes(call, studyOf([...earlier(drawn), best]), best, STEPS), null);
            const worst = trialOf(100 + number, "running", [...reports, { step: STEPS, score: -2 }]);
            assert.equal(pruner.prunes(call, studyOf([...earlier(drawn), worst]), worst, STEPS), null);
          },
        ),
        { seed: 17, numRuns: 300 },
      );
    });

    it("decides from the study alone, for any reports: NaN, other steps or none", () => {
      fc.assert(
        fc.property(others, fc.array(score, { maxLength: 9 }), fc.constantFrom(3, 8, 10), (drawn, scores, gap) => {
          const trial = trialOf(50, "running", reportsOf(scores, gap));
          const study = frozen(studyOf([...earlier(drawn), trial]));
          const told = pruner.prunes(call, study, trial, STEPS);
          assert.equal(pruner.prunes(call, studyOf([...study.trials]), trial, STEPS), told);
          if (told !== null) assert.match(told, /^trial 50 at step \d+: .*[^.]$/);
          if (told !== null) assert.doesNotMatch(told, /NaN|undefined|Infinity|object/);
        }),
        { seed: 17, numRuns: 300 },
      );
    });

    it("shows a search only trials of the study, and preserves its other settings", () => {
      const trials = Array.from({ length: 30 }, (_, i) => trialOf(i + 1, "done", rising(0.5 + i / 100)));
      const study = studyOf(trials);
      const seen = pruner.seen?.(call, study, 31) ?? study;
      assert.ok(seen.trials.length > 0 && seen.trials.every((trial) => trials.includes(trial)));
      assert.deepEqual(new Set([...seen.trials, ...(seen.unseen ?? [])]), new Set(trials));
      const own = Object.fromEntries(Object.entries({ ...seen, trials: [] }).filter(([key]) => key !== "unseen"));
      assert.deepEqual(own, { ...study, trials: [] });
    });

    it("decides quickly among 500 trials", () => {
      const trials = Array.from({ length: 500 }, (_, i) =>
        trialOf(i + 1, i % 3 ? "done" : "pruned", rising(0.5 + (i % 7) / 100)),
      );
      const trial = trialOf(501, "running", rising(0.45).slice(0, 7));
      const begun = process.cpuUsage();
      for (let i = 0; i < 10; i++) pruner.prunes(call, studyOf([...trials, trial]), trial, STEPS);
      assert.ok(process.cpuUsage(begun).user / 1000 / 10 < 100);
    });
  });
