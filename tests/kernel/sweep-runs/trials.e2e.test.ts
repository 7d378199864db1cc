/**
 * Trials of a sweep on one engine: each equals a separate training, whatever runs in between; pruned trials; and the
 * files that remain.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { SweepInTypeScript, TrialRecord } from "#kernel/study/trial.js";
import type { RunEvent } from "#kernel/events/events.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { enginePaceOf } from "#kernel/session/answers/machine.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const recipe =
  "recipe quick { epochs: 2, batch_size: 8, log: every(steps: 1), seed: 3 }\nrecipe long { epochs: 12, batch_size: 8, seed: 3 }";
const events = (run: string | null): readonly RunEvent[] => RunFolder.open(run ?? "").events();
const losses = (all: readonly RunEvent[]): readonly number[] =>
  all.flatMap((event) => (event.kind === "step" ? [event.loss] : []));

describe("sweep trials", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}${recipe}`);
  });
  after(() => book.close());
  const found = (name: string): SweepInTypeScript => book.values.get(name) as SweepInTypeScript;

  /** Asserts that a trial equals a separate training with its settings. */
  async function trainsAlone({ number, values, run, score, reports }: TrialRecord): Promise<void> {
    const { technique = "full", ["optimizer.learning_rate"]: rate = "" } = values;
    await book.run(`model alone like m { technique: ${technique} }
train alone on d with quick as alone_${number} { optimizer.learning_rate: ${rate} }`);
    const alone = book.values.get(`alone_${number}`) as ModelHandle;
    assert.deepEqual(
      losses(events(run)),
      alone.history.map(({ loss }) => loss),
      `trial ${number}`,
    );
    const validations = alone.validations.map((one) => ({ step: one["step"], score: one["loss"] }));
    assert.deepEqual(reports, validations);
    // The score belongs to the saved weights.
    assert.equal(score, Math.min(...validations.map((one) => Number(one.score))));
  }
  /** Waits until a trial of a running sweep has taken the given number of steps. */
  async function reached(name: string, number: number, step: number): Promise<void> {
    const there = (one: TrialRecord): boolean => one.number === number && (one.step ?? 0) >= step;
    while (!(book.values.get(name) as SweepInTypeScript | undefined)?.trials.some(there)) await delay(2);
  }

  it("train in turn like separate trainings and are scored by their saved weights", async () => {
    await book.run(`sweep m on d with quick as turns {
  vary: { optimizer.learning_rate: log(1e-4..1e-2), technique: choice(full, lora(rank: 2)) }
  trials: 5, at_once: 3, minimize: loss
}`);
    const { trials } = found("turns");
    assert.deepEqual(
      trials.map(({ number, state }) => [number, state]),
      [1, 2, 3, 4, 5].map((n) => [n, "done"]),
    );
    // The trials are interleaved: the first three have all started before any trial ends.
    const first = trials.slice(0, 3).map(({ run }) => Date.parse(events(run)[0]?.at ?? ""));
    const ends = trials.map(({ run }) => Date.parse(events(run).at(-1)?.at ?? ""));
    assert.ok(Math.max(...first) <= Math.min(...ends));
    for (const trial of trials) await trainsAlone(trial);
  });

  it("record the machine's training pace from their own time", async () => {
    const before = process.env["TUNEBOOK_MACHINE"];
    const measured = mkdtempSync(join(tmpdir(), "tunebook-pace-"));
    process.env["TUNEBOOK_MACHINE"] = measured;
    try {
      await book.run(`sweep m on d with quick as paced {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }, trials: 2, at_once: 2, minimize: loss
}`);
      const own = found("paced").trials.map(({ run }) => events(run).findLast(({ kind }) => kind === "stopped"));
      const [took, ...more] = enginePaceOf("auto").took;
      assert.ok(took && more.length === 0 && took.steps === 12);
      const seconds = own.map((event) => (event?.kind === "stopped" ? event.seconds : 0));
      assert.ok(took.seconds <= Math.max(...seconds) && took.seconds >= Math.min(...seconds) / 2);
    } finally {
      if (before === undefined) delete process.env["TUNEBOOK_MACHINE"];
      else process.env["TUNEBOOK_MACHINE"] = before;
      rmSync(measured, { recursive: true });
    }
  });

  it("keep weights of the best trials only, and all logs", () => {
    const { trials, best } = found("turns");
    const ranked = trials.toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0));
    const has = ({ run }: TrialRecord): boolean => existsSync(join(run ?? "", "checkpoints"));
    assert.deepEqual(ranked.map(has), [true, true, true, false, false]);
    assert.equal(best?.number, ranked[0]?.number);
    assert.equal(best?.run, ranked[0]?.run);
    assert.ok(trials.every(({ run }) => losses(events(run)).length === 12));
  });

  it("provide the best trial as a model with the weights that were scored", async () => {
    await book.run("evaluate turns.best on d.validation { metrics: [loss] }");
    const shown = JSON.stringify(book.shown);
    assert.ok(shown.includes(found("turns").best!.score.toFixed(4)), shown.slice(0, 2000));
  });

  it("resume after an interrupt", async () => {
    const sweep = `sweep m on d with quick as cut {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }, trials: 3, at_once: 2, minimize: loss
}`;
    const control = new AbortController();
    const cell = book.run(sweep, { signal: control.signal });
    void reached("cut", 2, 3).then(() => control.abort());
    await assert.rejects(cell, { code: "interrupted" });
    assert.deepEqual(found("cut").trials, []);
    await book.run(sweep);
    const { trials } = found("cut");
    assert.deepEqual(
      trials.map(({ number, state }) => [number, state]),
      [1, 2, 3].map((number) => [number, "done"]),
    );
    const resumed = trials.map(({ run }) => events(run).some((one) => one.kind === "started" && one.resumedFrom));
    assert.deepEqual(resumed, [true, true, false]);
    for (const trial of trials) await trainsAlone(trial);
  });

  it("can be changed while running, with invalid requests rejected", async () => {
    const cell = book.run(`sweep m on d with long as wished {
  vary: { optimizer.learning_rate: log(1e-4..1e-2) }, trials: 3, at_once: 2, minimize: loss
}`);
    await reached("wished", 1, 2);
    const sweep = found("wished");
    assert.throws(() => sweep.stop(9), { code: "trial-not-running" });
    assert.throws(() => sweep.clone(1, { "optimizer.learning_rate": "2" }), { code: "not-in-space" });
    assert.throws(() => sweep.clone(1, { batch_size: "2" }), { code: "not-in-space" });
    sweep.change(1, { "optimizer.learning_rate": "0.003" });
    await cell;
    const [first, ...others] = sweep.trials;
    assert.equal(first?.state, "stopped");
    assert.ok(losses(events(first.run)).length < 72);
    assert.deepEqual(
      others.map(({ state, values }) => [state, values["optimizer.learning_rate"] === "0.003"]),
      [
        ["done", false],
        ["done", true],
      ],
    );
    assert.throws(() => sweep.clone(1), { code: "trial-not-cloned" });
  });

  it("end the sweep after three equal failures", async () => {
    const weights = join(book.folder, "bert", "model.safetensors");
    const sweep = `sweep m on d with quick as hopeless {
  vary: { optimizer.learning_rate: log(1e-4..1e-2), technique: choice(lora(rank: 3)) }, trials: 9, minimize: loss
}`;
    renameSync(weights, `${weights}.away`);
    try {
      await assert.rejects(book.run(sweep), (error: unknown) => {
        assert.ok(error instanceof CodedError && error.code === "trials-fail-alike", String(error));
        assert.match(diagnosticText(error).message, /^hopeless ended in trial 3 .* failed with the same error: /);
        return true;
      });
    } finally {
      renameSync(`${weights}.away`, weights);
    }
    assert.equal(found("hopeless").trials.length, 3);
  });
});
