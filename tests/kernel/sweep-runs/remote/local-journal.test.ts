/** The local mirror of a sweep's journal, when the search runs on a cluster. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { SweepMirror } from "#kernel/sweep-runs/remote/local-journal.js";
import { one, running, trial } from "../journals.js";

describe("mirror of a remote sweep journal", () => {
  let root: string;
  let there: Journal;
  const text = (): string => readFileSync(there.file, "utf8");
  const mirror = (): SweepMirror =>
    new SweepMirror({ runs: join(root, "here"), name: "search", hash: "abc", spec: one });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mirror-"));
    there = Journal.open(join(root, "there"), "search", "abc", one);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("contains the reported trials, with running ones as far as they are", () => {
    const here = mirror();
    there.add({ ...trial, run: join(root, "there", "search_1") });
    there.begin(running(2));
    here.take(0, text());
    assert.deepEqual(
      here.trials.map(({ number, state }) => [number, state]),
      [
        [1, "done"],
        [2, "running"],
      ],
    );
    assert.equal(here.ended[0]?.run, join(root, "here", "search_1"), "its run lies among those of here");
    here.running([{ number: 2, step: 5, steps: 20, tokens: 100 }]);
    assert.deepEqual([here.open[0]?.step, here.open[0]?.steps, here.open[0]?.tokens], [5, 20, 100]);
    const known = Buffer.byteLength(text());
    there.report(2, 10, 0.5);
    here.take(known, Buffer.from(text()).subarray(known).toString());
    assert.deepEqual(here.open[0]?.reports, [{ step: 10, score: 0.5 }]);
    here.end();
    assert.deepEqual([here.open, here.unfinished.length], [[], 1], "it goes on when the sweep does");
  });
  it("accepts repeated text and continues from it", () => {
    there.add(trial);
    mirror().take(0, text());
    const later = mirror();
    assert.equal(later.ended.length, 1, "another process finds it");
    there.add({ ...trial, number: 2 });
    later.take(0, text());
    assert.equal(readFileSync(later.file, "utf8"), text());
    assert.equal(later.ended.length, 2);
  });
  it("replaces a different local journal", () => {
    const other = Journal.open(join(root, "here"), "search", "abc", one);
    other.add({ ...trial, score: 0.1 });
    other.add({ ...trial, number: 2, score: 0.2 });
    there.add(trial);
    const here = mirror();
    assert.equal(here.ended.length, 2);
    here.take(0, text());
    assert.deepEqual(
      here.ended.map(({ score }) => score),
      [0.9],
    );
  });
  it("rejects text that does not continue its own", () => {
    assert.throws(
      () => mirror().take(10, "x\n"),
      (error: CodedError) => error.code === "search-results",
    );
  });
});
