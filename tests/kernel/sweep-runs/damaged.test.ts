/**
 * Journals that were cut, duplicated, or filled with foreign lines: intact lines are used, and nothing else is lost.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { journalFacts } from "#kernel/session/answers/journal-facts.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { readStartTrials } from "#kernel/sweep-runs/earlier-trials.js";
import { readJournalStudies } from "#kernel/sweep-runs/journal/journal-studies.js";
import { writeAnew } from "#tests/write-anew.js";
import { one, running, trial } from "./journals.js";

describe("damaged sweep journal", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "damaged-"))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const open = (name = "abc"): Journal => Journal.open(root, "search", name, one);

  /** Writes two completed trials, a pruned one and a running one. */
  function written(): Journal {
    const journal = open();
    journal.begin(running(1));
    journal.report(1, 10, 0.5);
    journal.end({ ...trial, reports: [{ step: 10, score: 0.5 }] });
    journal.add({ ...trial, number: 2, score: 0.4, state: "pruned", why: "below", reports: [{ step: 5, score: 0.4 }] });
    journal.add({ ...trial, number: 3, score: 0.8 });
    journal.begin(running(4));
    return journal;
  }
  /** Runs all readers of a journal; they may fail only with a code. */
  function readAll(file: string): void {
    readJournalStudies(file);
    for (const read of [
      () => readStartTrials(file, one),
      () => journalFacts({ journal: file, folder: "." }, { folder: root, runs: root }),
    ])
      try {
        read();
      } catch (error) {
        assert.ok(error instanceof CodedError && error.code === "no-journal", String(error));
      }
  }

  it("keeps every trial finished before a cut and continues", () => {
    const { file } = written();
    const whole = readFileSync(file);
    const ends = [...whole.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []));
    for (let cut = 0; cut <= whole.length; cut += ends.some((end) => Math.abs(end - cut) < 3) ? 1 : 3) {
      writeAnew(file, whole.subarray(0, cut));
      const journal = open();
      // A line that lacks only its line break counts once another line is appended.
      const lines = ends.filter((end) => end <= cut).length;
      const closed = (whole.toString("utf8", 0, ends[lines - 1] ?? 0).match(/"state":[12]/g) ?? []).length;
      assert.equal(journal.trials.length, closed, `cut at ${String(cut)}`);
      if (cut % 60 !== 0 && !ends.includes(cut) && !ends.includes(cut + 1)) continue;
      readAll(file);
      const before = journal.trials;
      const { number } = journal.add({ ...trial, number: 0, score: 0.1 });
      assert.ok(number >= 1);
      const again = open();
      assert.deepEqual(again.trials.slice(0, before.length), before);
      assert.equal(again.trials.at(-1)?.score, 0.1);
      for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) JSON.parse(line);
    }
  });

  it("lists each trial once if any line is doubled, missing or altered", () => {
    const { file } = written();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    for (const [at, line] of lines.entries())
      for (const put of [[line, line], [], ["null"], [line.replace(/\d+/g, "9".repeat(400))]]) {
        writeAnew(file, `${lines.toSpliced(at, 1, ...put).join("\n")}\n`);
        const numbers = open().trials.map(({ number }) => number);
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
        );
        readAll(file);
      }
  });

  it("survives any content in its lines and can be continued", () => {
    const { file } = written();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const odd = [
      ...["\0\0\0", '{"op_code":1e308}', '{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":[]}'],
      ...['{"op_code":7,"worker_id":"a","trial_id":1e300,"step":1,"intermediate_value":1}', "\ufeff{}", "[]"],
      '{"op_code":5,"worker_id":"a","trial_id":0,"param_name":"__proto__","param_value_internal":1e999,"distribution":"{"}',
      '{"op_code":6,"worker_id":"a","trial_id":0,"state":1,"values":["0.5"]}',
      '{"op_code":8,"worker_id":"a","trial_id":3,"user_attr":{"__proto__":{"values":1},"values":7}}',
      '{"op_code":0,"worker_id":"a","study_name":"__proto__","directions":[9]}',
      `{"op_code":0,"worker_id":"a","study_name":"${"x".repeat(100_000)}","directions":[]}`,
    ];
    const line = fc.oneof(fc.constantFrom(...odd), fc.constantFrom(...lines), fc.string({ maxLength: 40 }), fc.json());
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.nat(lines.length), (strange, at) => {
        writeAnew(file, `${lines.toSpliced(at, 0, ...strange).join("\n")}\n`);
        const journal = open();
        readAll(file);
        journal.add({ ...trial, number: 0, score: 0.25 });
        assert.equal(open().trials.at(-1)?.score, 0.25);
      }),
      { numRuns: 60 },
    );
  });

  it("lists the trials of another study but does not continue it", () => {
    const { file } = written();
    const text = readFileSync(file, "utf8");
    writeAnew(file, text.replace('"search-abc"', '"another"'));
    const journal = open();
    assert.deepEqual([journal.trials, journal.next], [[], 1]);
    assert.equal(readJournalStudies(file)[0]?.trials.length, 4);
    journal.add(trial);
    assert.deepEqual(
      readJournalStudies(file).map(({ trials }) => trials.length),
      [4, 1],
    );
  });

  it("keeps the trials of two writers under distinct numbers", () => {
    const [one, other] = [open(), open()];
    const numbers = Array.from(
      { length: 12 },
      (_, i) => (i % 3 === 0 ? one : other).add({ ...trial, score: i }).number,
    );
    assert.deepEqual(
      numbers,
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    assert.deepEqual(
      open().trials.map(({ score }) => score),
      numbers.map((n) => n - 1),
    );
  });
});
