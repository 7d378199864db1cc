import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { from as tableFrom, type ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";
import { saveScoredDataPlan, readScoredDataPlans } from "#kernel/runs/scored-data.js";
import {
  readBeforeAfterScores,
  writeBeforeAfterScores,
  type BeforeAfterScore,
} from "#kernel/runs/before-after-scores.js";
import { scoresSinceStartView } from "#kernel/display/scores-since.js";
import type { PreparedData } from "#kernel/data/prepared.js";
import { sampleRows } from "#kernel/evaluation/forgetting/few-rows.js";
import {
  NO_RECORDED_REPLAY_SHARES,
  replayShareOf,
  suggestedReplayShare,
  recordedReplaySharesOf,
  suggestUpdate,
  suggestNextAttempt,
  type RecordedReplayShares,
} from "#kernel/evaluation/forgetting/next-attempt.js";
import { data, dataFacts } from "../../display/examples.js";

const replay = (share: Call["arguments"][string]): Call => ({ word: "replay", kind: "strategy", arguments: { share } });
const on = (more: Partial<BeforeAfterScore> = {}): BeforeAfterScore => ({
  data: "d",
  split: "test",
  dataHash: "aa",
  rows: 100,
  metric: "accuracy",
  better: "greater",
  before: 0.9,
  now: 0.7,
  low: -0.3,
  high: -0.1,
  lost: true,
  ...more,
});

describe("before-and-after scores of an update", () => {
  let runs: string;
  beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "tunebook-since-"))));
  afterEach(() => rmSync(runs, { recursive: true, force: true }));
  const run = (name: string): string => {
    mkdirSync(join(runs, name));
    return join(runs, name);
  };

  it("suggest a replay share as large as the loss, and more if a share was too small", () => {
    assert.deepEqual(
      [0, 0.01, 0.011, 0.04, 0.12, 0.32, 0.9].map((lost) => suggestedReplayShare(lost)),
      [0.01, 0.01, 0.02, 0.05, 0.15, 0.4, 0.5],
    );
    assert.match(suggestNextAttempt([], 0.19)!, /try `replay\(20%\)`: about the same share .* not a measurement/);
    assert.match(
      suggestNextAttempt([replay({ share: 0.05 })], 0.03)!,
      /try `replay\(10%\)`: more rows of earlier data than the 5% /,
    );
    assert.match(suggestNextAttempt([replay({ share: 0.5 })], 0.03)!, /try `joint`/);
    assert.match(suggestNextAttempt([replay(500)], 0.03)!, /let `replay` store more rows/);
    assert.equal(suggestNextAttempt([{ word: "joint", kind: "strategy", arguments: {} }], 0.5), null);
  });
  it("suggest replaying more than before, whatever the strategy, and nothing that replays no more", () => {
    const small = [replay({ share: 0.05 })];
    const tried = (
      strategy: readonly Call[],
      share: number,
      more = {},
      known: RecordedReplayShares = NO_RECORDED_REPLAY_SHARES,
    ): string => suggestNextAttempt(strategy, 0.03, known, { share, fixed: false, full: false, ...more })!;
    assert.match(tried(small, 0.2), /try `replay\(40%\)`: more rows of earlier data than the 20% /);
    assert.match(tried([replay({ share: 0.2 })], 0.01), /try `replay\(40%\)`/);
    assert.match(tried(small, 0.45), /try `replay\(50%\)`/);
    assert.match(tried(small, 0.5), /try `joint`/);
    assert.match(tried([replay(500)], 0.6), /try `joint`/);
    assert.match(tried([replay(500)], 0.4), /let `replay` store more rows:/);
    const der: Call = { word: "der", kind: "strategy", arguments: { share: { share: 0.05 } } };
    assert.match(tried([der], 0.5), /try `joint`/);
    assert.match(tried([der], 0.2), /let `der` store more rows \(`share`\)/);
    assert.match(tried([replay({ share: 1 })], 0.1, { full: true }), /let `replay` store more rows \(`most`\)/);
    assert.match(tried(small, 0.05, { fixed: true }), /try `joint`, .* \(`replay` draws no more rows of data with/);
    assert.match(tried([], 0, { fixed: false }), /try `replay\(5%\)`/);
    const known = { retained: { share: 0.2, run: "kept-20" }, lost: null };
    assert.match(tried(small, 0.1, {}, known), /`replay\(20%\)`: an update from the same weights/);
    assert.match(tried(small, 0.2, {}, known), /`replay\(40%\)`: more rows/);
  });
  it("suggest the smallest recorded share that preserved these rows, and more than those that did not", () => {
    const tell = (name: string, replayed: number | null, one: BeforeAfterScore, startHash = "s"): void =>
      writeBeforeAfterScores(run(name), { start: "m", startHash, replayed, on: [one, on({ dataHash: "other" })] });
    tell("lost-5", 0.05, on());
    assert.deepEqual(recordedReplaySharesOf(runs, "s", [on()], ""), { retained: null, lost: 0.05 });
    const words = { start: "m", named: true, run: "runs/m", data: "e", name: "n" };
    assert.match(suggestUpdate(words, 0.02, recordedReplaySharesOf(runs, "s", [on()], "")), /replay\(10%\)/);
    tell("kept-20", 0.2, on({ lost: false }));
    tell("kept-50", 0.5, on({ lost: false }));
    tell("of-another", 0.01, on({ lost: false }), "t");
    tell("unknown", null, on({ lost: false }));
    tell("own", 0.02, on({ lost: false }));
    const own = join(runs, "own");
    const found = recordedReplaySharesOf(runs, "s", [on()], own);
    assert.deepEqual(found, { retained: { share: 0.2, run: "kept-20" }, lost: 0.05 });
    assert.deepEqual(recordedReplaySharesOf(runs, "s", [on(), on({ dataHash: "never" })], own).retained, null);
    assert.match(
      suggestNextAttempt([replay({ share: 0.05 })], 0.4, found)!,
      /`replay\(20%\)`: an update from the same weights showed no loss .*kept-20/,
    );
    assert.match(
      suggestUpdate({ ...words, named: false }, 0.4, found),
      /`model before \{ load: "runs\/m" \}`, then `update before on e as n_kept \{ strategy: replay\(20%\) \}`/,
    );
    assert.equal(replayShareOf([replay({ share: 0.1 })]), 0.1);
    assert.equal(replayShareOf([replay({ share: 0.1 }), { word: "ewc", kind: "strategy", arguments: {} }]), null);
  });
  it("store how data are read, relative to any folder, and ignore invalid plans", () => {
    const one = run("one");
    for (let i = 0; i < 40; i++) saveScoredDataPlan(one, `h${String(i)}`, { ...data, folder: runs });
    saveScoredDataPlan(one, "h39", { ...data, name: "again", folder: runs });
    const kept = readScoredDataPlans(one);
    assert.equal(kept.size, 32);
    assert.equal(kept.get("h39")!.name, "again");
    assert.equal(kept.get("h39")!.folder, runs);
    assert.ok(!kept.has("h0"));
    writeFileSync(join(one, "scored-data.json"), '{"version":1,"data":{"h":{"name":3}}}');
    assert.equal(readScoredDataPlans(one).size, 0);
    assert.equal(readBeforeAfterScores(one), null);
    writeFileSync(join(one, "since-before.json"), "{");
    assert.equal(readBeforeAfterScores(one), null);
  });
  it("always use the same sample of a large split", () => {
    const splits = {
      test: tableFrom(Array.from({ length: 50 }, (_, i) => ({ text: `t${String(i)}`, $row: i + 1 }))) as ColumnTable,
    };
    const facts = { ...dataFacts, splits: { test: { ...dataFacts.splits["test"]!, rows: 50 } } };
    const prepared: PreparedData = { name: "d", splits, labels: [], facts, sample: [] };
    const few = sampleRows(prepared, "test", 10)!;
    const rows = few.prepared.splits["test"]!.array("$row") as number[];
    assert.equal(few.rows, 10);
    assert.equal(few.prepared.facts.splits["test"]!.rows, 10);
    assert.deepEqual(
      [...rows],
      [...new Set(rows)].sort((a, b) => a - b),
    );
    assert.deepEqual(sampleRows(prepared, "test", 10)!.prepared.splits["test"]!.array("$row"), rows);
    assert.equal(sampleRows(prepared, "test", 50)!.prepared.splits["test"], splits.test);
    assert.equal(sampleRows(prepared, "train", 10), null);
  });
  it("are shown with their uncertainty, without markup", () => {
    const shown = scoresSinceStartView({
      name: "<b>n</b>",
      start: "m",
      not: ["e.test was not compared: its rows are others now"],
      tries: "TRY",
      on: [
        { ...on(), on: "d.test", totalRows: 9000, recorded: null },
        {
          ...on({ metric: "loss", better: "less", before: 2, now: 1.5, low: -0.7, high: -0.3, lost: false }),
          on: "<i>",
          totalRows: 100,
          recorded: 2.1,
        },
        { ...on({ now: 0.89, low: -0.05, high: 0.03, lost: false }), on: "f.test", totalRows: 100, recorded: null },
        { ...on({ now: 0.9, low: null, high: null, lost: false }), on: "g.test", totalRows: 100, recorded: null },
      ],
    });
    const plain = String(shown.bundle["text/plain"]);
    assert.match(plain, /d\.test +accuracy +100 +0\.9000 +0\.7000 +−0\.2000 +−0\.3000 to −0\.1000 +worse/);
    assert.match(plain, /<i> +loss +100 +2\.0000 +1\.5000 +−0\.5000 .* better/);
    assert.match(plain, /f\.test .* no loss shown/);
    assert.match(plain, /g\.test .* the same/);
    assert.match(
      plain,
      /d\.test: 100 of 9,000 rows were scored\. <i>: on record m has 2\.1000\. e\.test was not compared/,
    );
    const page = String(shown.bundle["text/html"]);
    assert.ok(page.includes("&lt;i&gt;") && !page.includes("<i>") && !page.includes("<b>n"), page);
  });
});
