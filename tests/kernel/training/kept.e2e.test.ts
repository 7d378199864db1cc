/**
 * The result of a training if no metric defines the best step, or if the best checkpoint is damaged: reported, and
 * nothing is lost.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "#kernel/events/events.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";

describe("checkpoint kept by a training", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    // All validation rows have the same score, so correlation and explained variance are undefined.
    const scores = Array.from(
      { length: 40 },
      (_, i) => `a ${i % 2 ? "good" : "bad"} w${i},${i % 4 === 0 ? 3 : i % 5},${i % 4 === 0 ? "validation" : "train"}`,
    );
    writeFileSync(join(book.folder, "flat.csv"), ["text,score,part", ...scores].join("\n"));
    await book.run(`${definitions}
data flat { source: csv("flat.csv"), columns: { text: text, score: score }, split: by_column(part) }
model star { base: "bert", task: regression, technique: full, max_length: 16 }
recipe quick { steps: 12, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), validate: every(steps: 3), checkpoint: every(steps: 3), seed: 1 }`);
  });
  after(() => book.close());
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const plain = (shown: Awaited<ReturnType<NotebookOfOne["run"]>>) =>
    shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
  const steps = (name: string) => model(name).weights!.checkpoint!.position.step;
  const texts = ["a good film w1", "very bad book w9", "a poor film w20"];
  const answers = async (name: string) => JSON.stringify(await model(name).predict(texts));

  it("is the last if no validation is a number, with a warning at the first and at the end", async () => {
    const said = plain(
      await book.run(
        "train star on flat with quick { keep: best(pearson), early_stopping: patience(1, metric: pearson) }",
      ),
    );
    assert.equal(said.match(/validation-unmeasured/g)?.length, 1);
    assert.match(said, /warning\[validation-unmeasured\]: `pearson` .*\bstep 3\b/);
    assert.match(said, /warning\[kept-unmeasured\]: `pearson` .*\b4 validations\b.*\bstep 12\n/);
    assert.doesNotMatch(said, /is the best by/);
    assert.equal(steps("star"), 12);
  });
  it("is the last after a resume too", async () => {
    const control = new AbortController();
    const text = "train star on flat with quick as again { keep: best(pearson), steps: 90, seed: 3";
    const before = new Set(readdirSync(book.runs));
    const poll = setInterval(() => {
      const id = readdirSync(book.runs).find((name) => !before.has(name));
      if (
        id &&
        RunFolder.open(join(book.runs, id))
          .events()
          .filter((e) => e.kind === "evaluated").length >= 2
      )
        control.abort();
    }, 3);
    await assert.rejects(
      book.run(`${text} }`, { signal: control.signal }).finally(() => clearInterval(poll)),
      {
        code: "interrupted",
      },
    );
    const said = plain(await book.run(`${text}, resume: true }`));
    assert.doesNotMatch(said, /validation-unmeasured/);
    assert.match(said, /warning\[kept-unmeasured\]: `pearson` .*\b30 validations\b/);
    assert.equal(steps("again"), 90);
  });
  it("is unavailable in a sweep whose goal metric is never a number", async () => {
    await assert.rejects(
      book.run(
        "sweep star on flat with quick as search { vary: { seed: choice(1, 2) }, trials: 2, maximize: pearson }",
      ),
      ({ code, message }: Error & { code: string }) =>
        code === "sweep-without-success" && /\b2 trials\b.*`pearson`/.test(message),
    );
    assert.deepEqual(
      (book.values.get("search") as SweepInTypeScript).trials.map(({ state }) => state),
      ["failed", "failed"],
    );
  });

  /** Trains on `d`, where the best step is before the last, and calls `harm` on its run directly after training. */
  const trained = async (as: string, harm: (run: RunFolder, best: string) => void): Promise<string> => {
    const before = new Set(readdirSync(book.runs));
    let harmed = false;
    const { append } = RunFolder.prototype;
    // Called between the last event of the training and the loading of the best weights.
    RunFolder.prototype.append = function (this: RunFolder, event: RunEvent) {
      append.call(this, event);
      if (event.kind !== "stopped" || harmed || before.has(this.id)) return;
      harmed = true;
      const best = this.events().findLast((one) => one.kind === "checkpoint" && one.best);
      harm(this, (best as { folder: string }).folder);
    };
    try {
      return plain(
        await book.run(
          `train m on d with quick as ${as} { optimizer: adamw(learning_rate: 0.3), clip: none, schedule: constant, keep: best(accuracy) }`,
        ),
      );
    } finally {
      RunFolder.prototype.append = append;
    }
  };
  const flip = (file: string) => {
    const bytes = readFileSync(file);
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(file, bytes);
  };
  for (const [what, harm] of [
    ["flipped", (best: string) => flip(best)],
    ["cut", (best: string) => truncateSync(best, 5_000)],
    ["emptied", (best: string) => truncateSync(best, 0)],
    ["removed", (best: string) => rmSync(best)],
  ] as const)
    it(`is the last if the best is ${what} at the end, also when the run is loaded`, async () => {
      const said = await trained(what, (_run, best) => harm(best));
      assert.match(said, /warning\[best-not-kept\]: .*\bstep 12\b/);
      assert.equal(steps(what), 12);
      const run = model(what).folder!;
      assert.match(readFileSync(join(run, "README.md"), "utf8"), /after step 12, the last: the checkpoint of the best/);
      const now = await answers(what);
      const other = new NotebookOfOne();
      try {
        await other.run(`model m { load: ${JSON.stringify(run)} }`);
        assert.equal(JSON.stringify(await (other.values.get("m") as ModelHandle).predict(texts)), now);
      } finally {
        await other.close();
      }
    });
  it("is the last, written again, if all checkpoints are missing at the end", async () => {
    const said = await trained("bare", (run) => rmSync(run.checkpoints, { recursive: true }));
    assert.match(said, /best-not-kept/);
    const now = await answers("bare");
    assert.ok(existsSync(model("bare").weights!.checkpoint!.file));
    await book.session.weights.close();
    assert.equal(await answers("bare"), now);
  });
  it("is written again if the checkpoint folder is deleted during training", async () => {
    const { append } = RunFolder.prototype;
    let harmed = false;
    RunFolder.prototype.append = function (this: RunFolder, event: RunEvent) {
      append.call(this, event);
      if (event.kind === "step" && event.step === 5 && !harmed) {
        harmed = true;
        rmSync(this.checkpoints, { recursive: true });
      }
    };
    try {
      await book.run("train m on d with quick as away { keep: last }");
    } finally {
      RunFolder.prototype.append = append;
    }
    assert.equal(steps("away"), 12);
    assert.ok(existsSync(model("away").weights!.checkpoint!.file));
  });
});
