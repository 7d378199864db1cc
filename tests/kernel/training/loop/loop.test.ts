/** The training loop over a source and hooks made for the test: no engine, and files of a few bytes. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { TrainingLoopInput } from "#kernel/training/loop/contract.js";
import type { TrainingHook } from "#kernel/training/loop/hook.js";
import type { CompletedStep, StepSource } from "#kernel/training/loop/step-source.js";
import { runTrainingLoop } from "#kernel/training/loop/train.js";
import { importsOf } from "#tests/imports.js";

const every = (steps: number) => ({ kind: "cadence", word: "every", arguments: { steps } });
const plan = {
  recipeHash: "recipe",
  planHash: "plan",
  effects: {},
  recipe: { training: { log: every(2), checkpoint: every(2), validate: every(4) } },
} as unknown as Plan;

/** Makes each step at once and records how far ahead it may send requests. */
class Source implements StepSource {
  readonly total = 4;
  readonly predictsStepTime = true;
  readonly limits: number[] = [];
  private step = 0;

  constructor(private readonly changes: (step: number) => Partial<CompletedStep> = () => ({})) {}

  epochsDone(step: number): number {
    return step;
  }
  next(last: number): Promise<CompletedStep> {
    this.limits.push(last);
    const step = ++this.step;
    const numbers = { step, epoch: 0, tokens: 1, loss: 1, norm: 1, rate: 0.1, seconds: 0.5 };
    return Promise.resolve({ ...numbers, ...this.changes(step) });
  }
  stop(): Promise<readonly CompletedStep[]> {
    return Promise.resolve([]);
  }
}

describe("training loop", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-loop-"));
    mkdirSync(join(folder, "checkpoints"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function trained(source: StepSource, hooks: readonly TrainingHook[], more: Partial<TrainingLoopInput> = {}) {
    const events: RunEvent[] = [];
    const run = RunFolder.open(folder);
    const save = (file: string): Promise<void> => Promise.resolve(writeFileSync(file, "weights"));
    const training: TrainingLoopInput = {
      ...{ plan, source, hooks, run, engine: "none", resume: null, damaged: [] },
      validation: {
        validate: () => Promise.resolve({ loss: 2 }),
        watched: { name: "loss", better: "less" },
        stopping: null,
      },
      model: { session: { save }, saved: [] },
      lock: { demand: () => undefined },
      onEvent: (event) => events.push(event),
      ...more,
    };
    return { events, run, result: await runTrainingLoop(training) };
  }

  it("lets a source send requests up to the next due step", async () => {
    const source = new Source();
    await trained(source, []);
    assert.deepEqual(source.limits, [2, 2, 4, 4]);
  });

  it("adds source and hook reports to events, and emits a step's own events after it", async () => {
    const source = new Source((step) => ({
      report: { waited: step },
      events: [{ kind: "damaged", file: "f", why: `step ${String(step)}` }],
    }));
    const hook: TrainingHook = {
      afterStep: ({ step }) => ({ epsilon: step / 10 }),
      afterValidation: () => ({ sent: 7 }),
      finish: () => ({ shared: { workers: 2, communication: 0, waiting: 0 } }),
    };
    const { events } = await trained(source, [hook]);
    const kinds = ["started", "step", "damaged", "step", "damaged", "checkpoint"];
    assert.deepEqual(
      events.map(({ kind }) => kind),
      [...kinds, "step", "damaged", "step", "damaged", "evaluated", "checkpoint", "stopped"],
    );
    const [step] = events.filter((event) => event.kind === "step");
    assert.deepEqual([step?.epoch, step?.waited, step?.epsilon], [1, 1, 0.1]);
    assert.equal(events.find((event) => event.kind === "evaluated")?.sent, 7);
    assert.equal(events.find((event) => event.kind === "stopped")?.shared?.workers, 2);
  });

  it("logs every step only if a hook asks for it", async () => {
    const logged = async (hooks: readonly TrainingHook[]) =>
      (await trained(new Source(), hooks)).run.events().flatMap((event) => (event.kind === "step" ? [event.step] : []));
    assert.deepEqual(await logged([]), [2, 4]);
    rmSync(join(folder, "events.jsonl"));
    assert.deepEqual(await logged([{ logsEveryStep: true }]), [1, 2, 3, 4]);
  });

  it("saves hook state before each checkpoint and adds hook fields to its position", async () => {
    const calls: string[] = [];
    const privacy = { noise: 1, rate: 0.5, steps: 9 };
    const hook: TrainingHook = {
      position: () => ({ privacy }),
      saveCheckpoint(run, step) {
        calls.push(`save ${String(step)} after ${String(readdirSync(run.checkpoints).length)}`);
      },
      pruneCheckpoints: (_, steps) => void calls.push(`keep ${steps.join(" ")}`),
    };
    const { result } = await trained(new Source(), [hook]);
    assert.deepEqual(calls, ["save 2 after 0", "keep 2", "save 4 after 1", "keep 4 2 4", "keep 4 4"]);
    assert.deepEqual(result.last.position.privacy, privacy);
    assert.equal(result.best?.file, result.last.file);
  });

  it("pauses after the smallest step count requested by hooks, given the mean step time", async () => {
    const asked: (number | null)[] = [];
    let pauses = 0;
    const hook: TrainingHook = {
      stepsUntilPause: (seconds) => (asked.push(seconds), 3),
      pause: () => Promise.resolve(void pauses++),
    };
    const source = new Source();
    await trained(source, [hook, { stepsUntilPause: () => 100 }]);
    assert.deepEqual([asked, pauses, source.limits], [[null, 0.5], 1, [2, 2, 3, 4]]);
  });

  it("stops when a hook requests it, and saves no weights if the training is given up", async () => {
    for (const [end, reason, files] of [
      ["stop", "early", 1],
      ["give up", "given up", 0],
    ] as const) {
      const { result } = await trained(new Source(), [{ endsNow: () => end }]);
      assert.deepEqual([result.reason, result.steps], [reason, 0]);
      assert.equal(readdirSync(join(folder, "checkpoints")).length, files);
      rmSync(join(folder, "checkpoints"), { recursive: true });
      mkdirSync(join(folder, "checkpoints"));
    }
  });

  it("saves a checkpoint after a failed step only if the source has the previous weights", async () => {
    for (const [keeps, files] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const source = new Source((step) => ({ loss: step === 2 ? Number.NaN : 1 }));
      const failing = Object.assign(source, { keepsWeightsOnFailure: keeps });
      await assert.rejects(trained(failing, []), { code: "loss-not-finite" });
      assert.equal(readdirSync(join(folder, "checkpoints")).length, files);
    }
  });

  it("imports no optional feature", () => {
    const features = /federation|private|ranks|dynamics|sweeps|exact-fit|pipeline/;
    const imported = [...importsOf("kernel/training/loop")].flatMap(([file, all]) =>
      all.filter((one) => features.test(one)).map((one) => `${file} → ${one}`),
    );
    assert.deepEqual(imported, []);
  });
});
