/**
 * `tunebook sweeps` as a user calls it: the sweeps of a folder, the trials of a journal, JSON, and the best trial as a
 * program.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { makeSweep } from "../../runs/run-folders.js";
import { one, running, trial } from "../../sweep-runs/journals.js";
import { called } from "./called.js";

describe("tunebook sweeps", function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  const sweeps = async (...args: string[]): Promise<string> => (await called(folder, "sweeps", ...args)).stdout;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-cli-sweeps-"));
    makeSweep(join(folder, "runs"), "search", [0.6, 0.8, 0.7]);
    const journal = Journal.open(join(folder, "runs"), "rates", "abc", one);
    journal.add(trial);
    journal.add({ ...trial, number: 2, score: null, state: "failed", run: null, error: "out of \u001b[31mmemory" });
    journal.begin(running(3));
    journal.report(3, 10, Number.NaN);
    ({ file } = journal);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("lists the sweeps of a folder with their goals and best trials", async () => {
    const text = await sweeps();
    assert.match(
      text,
      /rates-abc\.jsonl +maximize f1\(macro\) +3 +0\.9 +optimizer\.learning_rate: 0\.001, batch_size: 16/,
    );
    assert.match(text, /search-0123456789ab\.jsonl +maximize accuracy +3 +0\.8 +batch_size: 16/);
    const told = JSON.parse(await sweeps("--json")) as readonly { readonly name: string; readonly best: number }[];
    assert.deepEqual(
      told.map(({ name, best }) => [name, best]),
      [
        ["rates-abc", 1],
        ["search-0123456789ab", 2],
      ],
    );
    const empty = mkdtempSync(join(tmpdir(), "tunebook-cli-sweeps-"));
    assert.match((await called(empty, "sweeps")).stdout, /^no sweeps in /);
    rmSync(empty, { recursive: true });
  });

  it("lists finished, failed and running trials of a journal, without control characters", async () => {
    const text = await sweeps(file);
    assert.match(text, /^rates-abc: maximize f1\(macro\)\n/);
    assert.match(text, / 1 {2}done +0\.9 .*technique: lora\(rank: 8\)/);
    assert.match(text, / 2 {2}failed .*out of .*memory/);
    assert.match(text, / 3 {2}running /);
    assert.match(text, /\n3 trials, best: trial 1 \(0\.9\)\n$/);
    assert.ok(!text.includes("\u001b"));
    const [study] = JSON.parse(await sweeps(file, "--json")) as readonly { readonly trials: readonly object[] }[];
    assert.deepEqual(study?.trials[2], {
      ...{ number: 3, state: "running", scores: null, values: trial.values, reports: [{ step: 10, score: "NaN" }] },
      ...{ seconds: null, run: null, why: null },
    });
  });

  it("prints the best trial as a program, or its varied settings", async () => {
    const text = await sweeps(join(folder, "runs", "sweeps", "search-0123456789ab.jsonl"), "--best");
    assert.match(text, /\btrain m on d\b[^]*batch_size: 16/);
    assert.match(await sweeps(file, "--best"), /^\{\n {2}optimizer\.learning_rate: 0\.001\n[^]*\}\n$/);
  });

  it("rejects a file that is not a journal", async () => {
    writeFileSync(join(folder, "odd.txt"), "no journal\n");
    for (const args of [["odd.txt"], ["missing.jsonl"], ["--best"]]) {
      const { status, stdout, stderr } = await called(folder, "sweeps", ...args);
      assert.ok(status !== 0 && stdout === "", args.join());
      assert.match(stderr, /bad-usage/);
    }
  });

  it("never names a foreign trial as the sweep's best", async () => {
    const depth = { name: "IntDistribution", attributes: { log: false, step: 1, low: 1, high: 9 } };
    const added = {
      ...{ op_code: 4, worker_id: "other", study_id: 0, datetime_start: "2026-01-01T00:00:00.000000", state: 1 },
      ...{ distributions: { depth: JSON.stringify(depth) }, params: { depth: 3 }, value: null, values: [0.99] },
      ...{ user_attrs: {}, system_attrs: {}, intermediate_values: {}, datetime_complete: "2026-01-01T00:00:01.000000" },
    };
    writeFileSync(file, `${JSON.stringify(added)}\n`, { flag: "a" });
    const text = await sweeps(file);
    assert.match(text, /0\.99 .*unknown to the sweep/);
    assert.match(text, /best: trial 1 \(0\.9\)/);
  });
});
