/** Runs of a notebook that was run again, compared with the earlier runs. */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareRerunsWithEarlierRuns } from "#kernel/evaluation/record/verification.js";
import { keptFolder } from "../../session/kept-runs.js";

describe("verification of a notebook that ran again", () => {
  const root = mkdtempSync(join(tmpdir(), "tunebook-verified-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const kept = join(keptFolder, readdirSync(keptFolder)[0]!, "runs");
  const id = readdirSync(kept).find((name) => name.startsWith("whole"))!;
  const runsWith = (name: string, metrics: Readonly<Record<string, number>>): string => {
    const file = join(root, name, id, "scores.jsonl");
    cpSync(join(kept, id), join(root, name, id), { recursive: true });
    const [line = ""] = readFileSync(file, "utf8").split("\n");
    const score = JSON.parse(line) as object;
    const all = Object.entries(metrics).map(([metric, value]) => [metric, { value, low: null, high: null }]);
    appendFileSync(file, `${JSON.stringify({ ...score, metrics: Object.fromEntries(all) })}\n`);
    return join(root, name);
  };

  it("ignores latency, but compares size and other scores", () => {
    const then = runsWith("then", { "latency(99)": 4, latency: 2, size: 1, memory: 3 });
    const [run] = compareRerunsWithEarlierRuns(
      then,
      runsWith("now", { "latency(99)": 40, latency: 9, size: 1, memory: 3 }),
    );
    assert.ok(run?.numbers && run.numbers.scores > 0);
    assert.deepEqual([run.numbers.exact, run.numbers.beyond], [true, []]);
    const [other] = compareRerunsWithEarlierRuns(
      then,
      runsWith("other", { "latency(99)": 4, latency: 2, size: 2, memory: 3 }),
    );
    assert.deepEqual(
      other?.numbers?.beyond.map(({ what }) => what),
      ["size on d.test"],
    );
  });

  it("compares with the notebook's recorded runs, or with the last run of the same name", () => {
    const before = runsWith("before", { size: 1 });
    // A later run of the same name, with a different score.
    const later = id.replace(/-(\d{8})-/, "-29991231-");
    cpSync(join(before, id), join(before, later), { recursive: true });
    const lock = join(before, later, "lock.json");
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/"started": ?"\d{4}/, '"started": "2999'));
    const scores = join(before, later, "scores.jsonl");
    writeFileSync(scores, readFileSync(scores, "utf8").replaceAll('"size":{"value":1', '"size":{"value":7'));
    const now = runsWith("after", { size: 1 });
    const told = (own: readonly string[]) =>
      compareRerunsWithEarlierRuns(before, now, own).map(({ then, numbers }) => [then, numbers?.beyond.length]);
    assert.deepEqual(told([id]), [[id, 0]]);
    assert.deepEqual(told([]), [[later, 1]]);
    // A run id of another training in the notebook does not exclude the later runs of this one.
    assert.deepEqual(told(["other-20261202-101500-abcdef"]), [[later, 1]]);
    // The recorded run no longer exists, and no other run replaces it.
    assert.deepEqual(told([id.replace(/-(\d{8})-/, "-20000101-")]), [[null, undefined]]);
  });
});
