/**
 * Trains, evaluates, sweeps and saves while the disk is full for a time, and checks what is left. It is a separate
 * program, so that no limit affects the tests. The limit on file sizes simulates the disk: at 0 nothing more can be
 * written; below the size of one file, only that file fails. The limit affects the engine's host too and is removed
 * again.
 */
import "#tests/register-codes.js";
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { verifySafetensors } from "#kernel/tensors/safetensors.js";
import { readCheckpoints } from "#kernel/runs/checkpoints.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import { outcomeOf } from "./kills.js";
import { contents, limit } from "../session/full-disk.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

const settings = "steps: 24, batch_size: 8, checkpoint: every(steps: 3), validate: every(steps: 10), seed: 3";
const book = new NotebookOfOne();
const model = (name: string) => book.values.get(name) as ModelHandle;
const runOf = (name: string) => RunFolder.open(model(name).folder!);

/** Returns the outcome of work during which the disk is full, from the time when `due` is true. */
async function filled<T>(bytes: () => number, work: () => Promise<T>, due: () => boolean = () => true) {
  let full = false;
  const look = (): void => {
    if (full || !due()) return;
    limit(bytes());
    full = true;
  };
  look();
  const poll = setInterval(look, 1);
  try {
    return await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  } finally {
    clearInterval(poll);
    limit(null);
    assert.ok(full, "the disk was never full");
  }
}
async function refused(...how: Parameters<typeof filled>): Promise<CodedError> {
  const came = await filled(...how);
  assert.ok("error" in came, "it went well");
  assert.ok(came.error instanceof CodedError, String((came.error as Error).stack));
  return came.error;
}

/** Returns the error of a cell for which the disk becomes full directly after the given line of a run's log. */
async function filledWhen(due: (event: RunEvent) => boolean, bytes: number, text: string): Promise<CodedError> {
  const { append } = RunFolder.prototype;
  RunFolder.prototype.append = function (event) {
    append.call(this, event);
    if (due(event)) limit(bytes);
  };
  try {
    const error: unknown = await book.run(text).then(
      () => assert.fail("it went well"),
      (error: unknown) => error,
    );
    assert.ok(error instanceof CodedError, String((error as Error).stack));
    return error;
  } finally {
    RunFolder.prototype.append = append;
    limit(null);
  }
}

const runNamed = (name: string): string | undefined =>
  (existsSync(book.runs) ? readdirSync(book.runs) : []).find((id) => new RegExp(`^${name}-\\d`).test(id));

/**
 * The disk is full between the last line of a training's log and the adapter: the training remains available from its
 * checkpoint.
 */
async function afterTraining(): Promise<void> {
  const error = await filledWhen(
    (event) => event.kind === "stopped",
    0,
    "train thin on d as late { steps: 2, batch_size: 8, seed: 3 }",
  );
  assert.deepEqual([error.code, (error.data as { after?: string }).after], ["no-space", "training"]);
  const run = RunFolder.open(join(book.runs, runNamed("late")!));
  assert.deepEqual(contents(run.adapter), {});
  await book.run('model again { load: "late" }\nevaluate again on d.validation { metrics: [accuracy] }');
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  async training() {
    await book.run(`train m on d as alone { ${settings} }`);
    const expected = outcomeOf(runOf("alone"));
    const [one] = readCheckpoints(runOf("alone"));
    for (const what of ["checkpoint", "log"] as const) {
      const error = await filledWhen(
        (event) => event.kind === "checkpoint" && event.step >= 6,
        // The log's own size cannot be the limit: its durations have a varying number of digits.
        what === "log" ? 0 : statSync(one!.file).size / 2,
        `train m on d as ${what} { ${settings} }`,
      );
      assert.equal(error.code, "no-space");
      assert.match(
        String((error.data as { path: string }).path),
        what === "log" ? /events\.jsonl$/ : /checkpoints.step-\d+\.safetensors$/,
      );
      const run = RunFolder.open(join(book.runs, runNamed(what)!));
      const left = readdirSync(run.checkpoints);
      assert.ok(left.length >= 2 && left.every((name) => /^step-\d{6}\.safetensors$/.test(name)), left.join());
      for (const name of left) verifySafetensors(join(run.checkpoints, name));
      const steps = run
        .events()
        .filter((event) => event.kind === "step")
        .map(({ step }) => step);
      assert.deepEqual(
        steps,
        steps.map((_, i) => i + 1),
      );
      await book.run(`train m on d as ${what} { resume: true, ${settings} }`);
      assert.equal(runOf(what).path, run.path);
      assert.equal(
        outcomeOf(run),
        expected,
        `${what}: it ended otherwise than the training that was never interrupted`,
      );
    }
  },
  async scores() {
    const evaluate = () => book.run("evaluate alone on d.validation { metrics: [accuracy] }");
    const lines = () => readFileSync(runOf("alone").scoresFile, "utf8").split("\n");
    await evaluate();
    const before = lines();
    const came = await filled(() => 0, evaluate);
    assert.ok("value" in came, String((came as { error: unknown }).error));
    assert.match(JSON.stringify(came.value), /scores-not-kept[^]*the disk is full/);
    assert.match(JSON.stringify(came.value), /accuracy/);
    assert.deepEqual(lines(), before);
    await evaluate();
    assert.equal(lines().length, before.length + 1);
  },
  async sweep() {
    const text = `sweep m on d with short as parted { vary: { optimizer.learning_rate: log(1e-4..1e-2) }, trials: 2, maximize: accuracy }`;
    await book.run("recipe short { steps: 2, batch_size: 8, seed: 3 }");
    const folder = join(book.runs, "sweeps");
    const journal = (): string | undefined =>
      (existsSync(folder) ? readdirSync(folder) : [])
        .map((name) => join(folder, name))
        .find((name) => /parted-\w+\.jsonl$/.test(name));
    // Every file except the journal fits, because the journal is padded beyond all others.
    const size = 2 ** 24;
    const error = await refused(
      () => {
        appendFileSync(journal()!, `${" ".repeat(size - statSync(journal()!).size - 1)}\n`);
        return size;
      },
      () => book.run(text),
      // The first trial has ended.
      () => journal() !== undefined && readFileSync(journal()!, "utf8").includes('"state":1'),
    );
    assert.equal(error.code, "sweep-stopped");
    assert.deepEqual([(error.data as { ended: string }).ended, (error.cause as CodedError).code], ["disk", "no-space"]);
    assert.equal(statSync(journal()!).size, size);
    const first = readFileSync(journal()!, "utf8").trimEnd();
    writeFileSync(journal()!, `${first}\n`);
    await book.run(text);
    assert.ok(readFileSync(journal()!, "utf8").startsWith(`${first}\n`));
    const { trials } = book.values.get("parted") as SweepInTypeScript;
    assert.deepEqual(
      trials.map(({ number, state }) => [number, state]),
      [1, 2].map((number) => [number, "done"]),
    );
  },
  async save() {
    await book.run(
      `train m on d as before { steps: 2, batch_size: 8, seed: 3 }\ntrain m on d as after { steps: 4, batch_size: 8, seed: 4 }`,
    );
    await book.run(
      `model thin like m { technique: lora(rank: 2) }\ntrain thin on d { steps: 2, batch_size: 8, seed: 3 }`,
    );
    const weights = statSync(join(book.folder, "bert/model.safetensors")).size;
    // The tokenizer is made larger than the weights, so that it can be the file that does not fit.
    appendFileSync(join(book.folder, "bert/tokenizer.json"), " ".repeat(2 * weights));
    for (const bytes of [0, weights / 2, weights * 1.5]) {
      const to = `kept-${bytes}`;
      const full = () =>
        filled(
          () => bytes,
          () => model("after").save(to, { replace: true }),
        );
      const told = (came: Awaited<ReturnType<typeof full>>) => {
        assert.ok(
          "error" in came && came.error instanceof CodedError,
          String((came as { error?: Error }).error?.stack ?? "it went well"),
        );
        assert.equal(came.error.code, "no-space");
        assert.equal((came.error.data as { path: string }).path, join(book.folder, to));
      };
      told(await full());
      assert.deepEqual(contents(join(book.folder, to)), {}, `limit ${bytes}: a new folder`);
      await model("before").save(to, { replace: true });
      const kept = contents(join(book.folder, to));
      told(await full());
      assert.deepEqual(contents(join(book.folder, to)), kept, `limit ${bytes}: a folder that was there`);
      await model("after").save(to, { replace: true });
      assert.deepEqual(Object.keys(contents(join(book.folder, to))), Object.keys(kept));
      assert.notDeepEqual(contents(join(book.folder, to)), kept);
    }
    // Opens its programs beforehand, so that the files the engine writes for them are not limited.
    await model("thin").save("elsewhere");
    const thin = (bytes: number, work: () => Promise<unknown>) => refused(() => bytes, work);
    assert.equal((await thin(0, () => model("thin").save("thin"))).code, "no-space");
    assert.equal((await thin(weights - 1, () => model("thin").merge("merged"))).code, "no-space");
    assert.deepEqual([contents(join(book.folder, "thin")), contents(join(book.folder, "merged"))], [{}, {}]);
    await afterTraining();
  },
};

writeSmallTraining(book.folder);
try {
  await book.run(definitions);
  // Prints each passed scenario; the first failing one ends the program.
  for (const [name, scenario] of Object.entries(scenarios)) {
    await scenario();
    process.stdout.write(`${name}\n`);
  }
} finally {
  await book.close();
}
