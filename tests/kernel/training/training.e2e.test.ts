/**
 * Training complete programs on the real MiniLM: compared with PyTorch and PEFT, exact resume, interrupts, a dead
 * engine. One notebook, one engine; the sentences are the quickstart's. Trainings that aren't compared with theirs use
 * batches of four.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resolveBase } from "#kernel/bases/resolve.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { writeMiniLm, writeMiniLmAdapter } from "#tests/oracles/minilm-folder.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";

interface Golden {
  readonly full: { readonly losses: readonly number[]; readonly norms: readonly number[] };
  readonly lora: { readonly losses: readonly number[]; readonly norms: readonly number[] };
}
const root = new URL("../../../..", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("tests/golden/oracle/minilm.json", root), "utf8")) as Golden;

describe("training MiniLM", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    const { folder } = await resolveBase("all-MiniLM-L6-v2", { folder: book.folder });
    writeMiniLm(folder, join(book.folder, "minilm"));
    writeMiniLmAdapter(join(book.folder, "adapter"));
    const lines = readFileSync(new URL("notebooks/data/sentiment.csv", root), "utf8").trimEnd().split(/\r?\n/);
    const train = lines.slice(1).filter((line) => line.endsWith(",train"));
    writeFileSync(join(book.folder, "first.csv"), [lines[0], ...train.slice(0, 320)].join("\n"));
    await book.run(`
data reviews { source: csv("first.csv"), columns: { text: text, label: label } }
recipe same { steps: 20, batch_size: 16, shuffle: none, dropout: 0, schedule: linear(warmup: 6%), clip: 1.0, seed: 3 }
recipe few like same { batch_size: 4 }
model whole { base: "minilm", task: text_classification, technique: full, max_length: 128 }
model small { base: "minilm", task: text_classification, technique: lora(rank: 8, alpha: 16, from: "adapter"), max_length: 128 }
`);
  });
  after(() => book.close());

  const model = (name: string) => book.values.get(name) as ModelHandle;
  const near = (ours: readonly number[], theirs: readonly number[], tolerance: number) => {
    assert.equal(ours.length, theirs.length);
    ours.forEach((x, i) =>
      assert.ok(
        Math.abs(x - theirs[i]!) <= tolerance * Math.abs(theirs[i]!),
        `step ${i + 1}: ${x}, the oracle has ${theirs[i]}`,
      ),
    );
  };

  it("takes the same 20 steps as transformers, with full training", async () => {
    await book.run("train whole on reviews with same { optimizer: adamw(learning_rate: 1e-4, weight_decay: 0.01) }");
    near(
      model("whole").history.map((s) => s.loss),
      golden.full.losses,
      1e-4,
    );
    near(
      model("whole").history.map((s) => s.norm),
      golden.full.norms,
      1e-3,
    );
  });

  it("takes the same 20 steps as PEFT, with LoRA from an adapter's folder", async () => {
    await book.run("train small on reviews with same { optimizer: adamw(learning_rate: 2e-3, weight_decay: 0.01) }");
    near(
      model("small").history.map((s) => s.loss),
      golden.lora.losses,
      1e-4,
    );
    near(
      model("small").history.map((s) => s.norm),
      golden.lora.norms,
      1e-3,
    );
  });

  it("stops on an interrupt, writes a checkpoint and resumes exactly from it", async () => {
    const statement = "train small on reviews with few { optimizer: adamw(learning_rate: 1e-3) }";
    await book.run(statement);
    const straight = model("small").history.map((s) => s.loss);
    const control = new AbortController();
    const started = newRun(book.runs);
    const poll = setInterval(() => {
      if (started.lines('"kind":"step"') < 7) return;
      clearInterval(poll);
      control.abort();
    }, 5);
    await assert.rejects(
      book.run(statement.replace("{", "{ seed: 3,"), { signal: control.signal }).finally(() => clearInterval(poll)),
      { code: "interrupted" },
    );
    await book.run(statement.replace("{", "{ seed: 3, resume: true,"));
    const resumed = model("small").history;
    assert.deepEqual(
      resumed.map((s) => s.step),
      straight.map((_, i) => i + 1),
    );
    assert.deepEqual(
      resumed.map((s) => s.loss),
      straight,
    );
  });

  it("stops if the loss is not finite, despite queued steps, and saves none of those weights", async () => {
    writeMiniLmAdapter(join(book.folder, "wild"));
    const file = join(book.folder, "wild", "adapter_model.safetensors");
    const bytes = readFileSync(file);
    for (let at = bytes.length - 40_000; at < bytes.length; at += 4) bytes.writeFloatLE(3e38, at);
    writeFileSync(file, bytes);
    await book.run('model astray like small { technique: lora(rank: 8, alpha: 16, from: "wild") }');
    const started = newRun(book.runs);
    const statement = "train astray on reviews with few { optimizer: adamw(learning_rate: 1e-3) }";
    const error = (await book.run(statement).catch((e: unknown) => e)) as {
      readonly code: string;
      readonly data: object;
    };
    assert.equal(error.code, "loss-not-finite");
    assert.deepEqual(error.data, { step: 1, loss: "NaN", rate: 0 });
    assert.equal(started.lines('"kind":"step"'), 1);
    assert.equal(started.lines('"kind":"checkpoint"'), 0);
    assert.equal(started.lines('"reason":"failed"'), 1);
    await assert.rejects(model("astray").predict(["Fine."]), { code: "not-trained" });
    await book.run("train small on reviews with few { steps: 2, optimizer: adamw(learning_rate: 1e-3) }");
    assert.ok(model("small").history.every((s) => Number.isFinite(s.loss)));
  });

  it("survives an engine crash: reports a coded error and resumes from the last checkpoint", async () => {
    const { info } = await book.session.engines.engine();
    const statement =
      "train small on reviews with few { optimizer: adamw(learning_rate: 5e-4), checkpoint: every(steps: 2) }";
    const started = newRun(book.runs);
    const poll = setInterval(() => {
      if (started.lines('"kind":"checkpoint"') < 2) return;
      clearInterval(poll);
      process.kill(info.pid, "SIGKILL");
    }, 5);
    await assert.rejects(
      book.run(statement).finally(() => clearInterval(poll)),
      { code: "engine-died" },
    );
    await book.run(statement.replace("{", "{ resume: true,"));
    assert.equal(model("small").history.length, 20);
    assert.ok(model("small").trained);
  });

  it("predicts the same in TypeScript and in Tune", async () => {
    const text = "What a wonderful film";
    const [one, other] = await model("small").predict([text, "Terrible, it broke at once."]);
    for (const guess of [one!, other!]) {
      const { probabilities } = guess;
      assert.equal(guess.probability, Math.max(...Object.values(probabilities)));
      assert.equal(guess.probability, probabilities[guess.label]);
      assert.ok(Math.abs(Object.values(probabilities).reduce((a, b) => a + b) - 1) < 1e-6);
    }
    assert.ok(one!.probabilities["positive"]! > other!.probabilities["positive"]!);
    await book.run(`predict small on "${text}" as guess`);
    const [same] = book.values.get("guess") as { label: string; probability: number }[];
    assert.equal(same?.label, one!.label);
    assert.ok(Math.abs(same.probability - one!.probability) < 1e-5);
    await assert.rejects(model("small").predict([1] as unknown as string[]), { code: "texts-expected" });
  });
});

/** Watches the run that starts next; `lines` counts its event lines that contain a text. */
function newRun(runs: string): { lines(text: string): number } {
  const before = new Set(existsSync(runs) ? readdirSync(runs) : []);
  return {
    lines(text) {
      const name = readdirSync(runs).find((run) => !before.has(run));
      const file = name === undefined ? "" : join(runs, name, "events.jsonl");
      return existsSync(file)
        ? readFileSync(file, "utf8")
            .split("\n")
            .filter((line) => line.includes(text)).length
        : 0;
    },
  };
}
