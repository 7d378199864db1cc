import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import type { TrialRecord } from "#kernel/study/trial.js";
import { one, running, trial as somewhere } from "../journals.js";

describe("sweep journal", () => {
  let root: string;
  let trial: TrialRecord;
  const open = (name = "abc"): Journal => Journal.open(root, "search", name, one);
  const lines = (journal: Journal): readonly string[] => readFileSync(journal.file, "utf8").trim().split("\n");
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "sweeps-"));
    trial = { ...somewhere, run: join(root, "search_1") };
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("stores trials of every state unchanged", () => {
    const journal = open();
    assert.deepEqual([journal.trials, journal.next], [[], 1]);
    const reports = [
      { step: 10, score: 0.5 },
      { step: 20, score: Number.NaN },
    ];
    const trials = [
      trial,
      { ...trial, number: 2, score: null, state: "failed", run: null, error: 'out of memory: "é" \ud800' },
      { ...trial, number: 3, score: 0.4, state: "pruned", why: "below the median", reports, steps: 40 },
      { ...trial, number: 4, score: 0.4, state: "stopped", reports },
      { ...trial, number: 5, score: null, state: "done" },
      { ...trial, number: 6, point: { ...trial.point, technique: 0 }, values: { ...trial.values, technique: "full" } },
    ] as const;
    for (const each of trials) assert.equal(journal.add(each).number, each.number);
    const full = Object.fromEntries(Object.entries(trials[5].point).filter(([name]) => name !== "technique/1.rank"));
    const told = [...trials.slice(0, 5), { ...trials[5], point: full }];
    assert.deepEqual(journal.trials, told);
    assert.deepEqual(open().trials, told);
    assert.deepEqual([open().next, open().strange, open().interrupted], [7, [], []]);
    assert.deepEqual(open("another").trials, []);
    assert.equal(journal.name, basename(journal.file, ".jsonl"));
  });

  it("names runs by folder, relative to its own location", () => {
    const journal = open();
    journal.add(trial);
    assert.ok(!readFileSync(journal.file, "utf8").includes(JSON.stringify(root).slice(1, -1)));
    const { file } = journal;
    // Earlier versions wrote absolute paths, which a copied journal still contains.
    const told = (run: string): string | null | undefined => {
      writeFileSync(file, readFileSync(file, "utf8").replace(/"run":"[^"]*"/, `"run":${JSON.stringify(run)}`));
      return open().trials[0]?.run;
    };
    for (const run of ["/somewhere/else/runs/search_1", "C:\\else\\runs\\search_1", join(root, "search_1")])
      assert.equal(told(run), join(root, "search_1"), run);
    for (const run of ["..", "/else/..", "a/", ".", ""]) assert.equal(told(run), null, run);
  });

  it("records running trials step by step and resumes those of a killed process", () => {
    const journal = open();
    assert.equal(journal.begin(running(1)).number, 1);
    assert.equal(journal.begin(running(2)).number, 2);
    journal.report(2, 10, 0.3);
    journal.report(1, 10, 0.25);
    journal.end({ ...trial, number: 1, reports: [{ step: 10, score: 0.25 }] });
    assert.deepEqual(
      journal.trials.map(({ number, reports }) => [number, reports]),
      [[1, [{ step: 10, score: 0.25 }]]],
    );
    assert.deepEqual(journal.interrupted, [], "its own runs on");
    const again = open();
    const [left] = again.interrupted;
    assert.deepEqual([left?.number, left?.point, left?.values], [2, trial.point, trial.values]);
    const before = lines(again).length;
    assert.equal(again.begin(running(2)).number, 2);
    assert.equal(lines(again).length, before, "it is the same trial");
    assert.deepEqual(again.interrupted, []);
    // A different point with the same number is a different trial.
    const other = open();
    const elsewhere = { ...running(2), point: { ...trial.point, batch_size: 0 } };
    assert.equal(other.begin(elsewhere).number, 3);
    again.end({ ...trial, number: 2, score: 0.7 });
    other.end({ ...trial, number: 3, point: elsewhere.point });
    again.look();
    assert.deepEqual(
      again.trials.map(({ number, score }) => [number, score]),
      [
        [1, 0.9],
        [2, 0.7],
        [3, 0.9],
      ],
    );
    assert.throws(() => again.report(9, 1, 1), /trial 9 .* not begun/);
  });

  it("survives torn and foreign lines and removes an incomplete last line", () => {
    const journal = open();
    journal.add(trial);
    const whole = readFileSync(journal.file, "utf8");
    appendFileSync(journal.file, '{"op_code":4,"worker_');
    const again = open();
    assert.deepEqual(again.trials, [trial]);
    again.add({ ...trial, number: 2 });
    for (const line of lines(again)) JSON.parse(line);
    assert.ok(readFileSync(journal.file, "utf8").startsWith(whole));
    // A line that lacks only its line break is accepted.
    writeFileSync(journal.file, readFileSync(journal.file, "utf8").trimEnd());
    open().add({ ...trial, number: 3 });
    assert.deepEqual(
      open().trials.map(({ number }) => number),
      [1, 2, 3],
    );
    const odd = [
      "null",
      "[]",
      '{"op_code":99}',
      '{"op_code":4}',
      '{"op_code":6,"worker_id":"x","trial_id":"0"}',
      "\0",
      "[".repeat(5000),
    ];
    appendFileSync(journal.file, `${odd.join("\n")}\n`);
    assert.equal(open().trials.length, 3);
    // Optuna's own append joins its line to a torn one.
    appendFileSync(journal.file, '{"op_code":4,"wor');
    appendFileSync(journal.file, `${lines(journal)[2]}\n`);
    assert.equal(open().interrupted.length, 1);
  });

  it("rejects foreign trials that break a relation", () => {
    const journal = open();
    journal.add(trial);
    const made = { ...JSON.parse(lines(journal)[2] ?? ""), user_attrs: {}, state: 1, values: [0.99] };
    appendFileSync(journal.file, `${JSON.stringify(made)}\n`);
    assert.equal(open().trials.length, 2);
    const broken = (): string => "at_most(epochs, 2)";
    const held = Journal.open(root, "search", "abc", { ...one, broken });
    assert.ok(held.strange.some(({ number, why }) => number === 2 && why === "it would break at_most(epochs, 2)"));
    assert.deepEqual(held.trials, []);
  });

  it("ignores foreign values that would break out of the program text", () => {
    const journal = open();
    const values = (of: unknown): void => {
      const made = { ...JSON.parse(lines(journal)[2] ?? ""), user_attrs: { values: of }, state: 1, values: [0.5] };
      appendFileSync(journal.file, `${JSON.stringify(made)}\n`);
    };
    journal.add(trial);
    const hostile = [
      { batch_size: '16 }\npredict m on "x" {' },
      { batch_size: "16 } predict m on x {" },
      { batch_size: '"a' },
      { batch_size: { nope: 1 } },
      { "batch_size: 1 } predict": "1" },
      ["a"],
    ];
    for (const each of hostile) values(each);
    // Their points are reported with our own names of the values.
    const found = open().trials.slice(1);
    assert.equal(found.length, hostile.length);
    for (const each of found) assert.deepEqual(each.values, trial.values);
    const own = { ...trial, number: found.length + 2, values: { technique: 'lora(targets: [query], from: "a } b")' } };
    open().add(own);
    assert.deepEqual(open().trials.at(-1)?.values, own.values);
  });

  it("reports an unwritable file as a coded error", () => {
    const journal = open();
    rmSync(journal.file, { force: true });
    symlinkSync(join(root, "elsewhere"), journal.file);
    assert.throws(
      () => journal.add(trial),
      (error: unknown) => error instanceof CodedError && error.code === "run-folder",
    );
    rmSync(join(root, "sweeps"), { recursive: true });
    assert.throws(
      () => journal.add(trial),
      (error: unknown) => error instanceof CodedError && error.code === "run-folder",
    );
  });
});
