/**
 * A compressed model is self-contained. When its source run is gone or its own run has moved, it still answers and can
 * be evaluated, deployed, updated and compressed like any other model.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTrainingRowRecord } from "#kernel/runs/learnt-rows.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne, hasCodes } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
const TEXTS = ["a good film w1", "very bad book w2", "a fine book w3"];
const QUICK = "recipe quick { epochs: 2, batch_size: 8, optimizer: adamw(learning_rate: 3e-3), seed: 1 }";
const SHORT = "recipe short { steps: 2, batch_size: 8 }";
type Said = { readonly text: string; readonly probabilities: Readonly<Record<string, number>> };

describe("compressed models without their original", function () {
  this.timeout(300_000);
  const book = new NotebookOfOne();
  const elsewhere = mkdtempSync(join(tmpdir(), "tunebook-test-"));
  const model = (of: NotebookOfOne, name: string): ModelHandle => of.values.get(name) as ModelHandle;
  const said = async (of: NotebookOfOne, name: string): Promise<number[]> =>
    (await model(of, name).predict<Said>(TEXTS)).flatMap(({ probabilities }) => Object.values(probabilities));
  const then: Record<string, number[]> = {};
  const folders: Record<string, string> = {};

  before(async () => {
    writeSmallTraining(book.folder);
    writeFileSync(join(book.folder, "bert/README.md"), "---\nlicense: mit\n---\n");
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    writeFileSync(join(book.folder, "others.csv"), rows.slice(0, 33).join("\n"));
    await book.run(`${definitions}${QUICK}\n${SHORT}
data e { source: csv("others.csv"), columns: { text: text, label: label }, split: random(train: 50%, test: 50%) }
train m on d with quick
compress m on d with quick as student { distill: student(layers: 1) }
compress m on d with short as slim { sparsify: structured(heads: 50%, feed_forward: 50%) }
compress m on d as fixed { quantize: int8(calibrate: 10) }`);
    for (const name of ["student", "slim", "fixed"]) {
      then[name] = await said(book, name);
      folders[name] = model(book, name).folder!;
    }
  });
  after(async () => {
    await book.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it("have a hard-linked base in their run, and record all rows that their weights were trained on", () => {
    for (const name of ["student", "slim", "fixed"]) {
      const file = join(folders[name]!, "base/model.safetensors");
      assert.equal(statSync(file).nlink, 2, name);
      const runs = readTrainingRowRecord(folders[name]!)?.rows.map(({ run }) => run.split("-")[0]);
      assert.deepEqual(runs, [name, "m"]);
      // The base's license also applies to models made from it.
      assert.match(readFileSync(join(folders[name]!, "base/README.md"), "utf8"), /^license: "mit"$/m);
    }
  });

  it("are compared with the original on validation rows, or on test rows with a note", async () => {
    const on = (shown: string): string => /quality on (\S+)/.exec(shown)![1]!;
    const first = text(book.shown.slice());
    assert.equal(on(first), "d.validation");
    assert.doesNotMatch(first, /There are no validation rows/);
    const shown = text(await book.run("compress m on e as eight { quantize: int8 }"));
    assert.equal(on(shown), "e.test");
    assert.match(shown, /There are no validation rows, so these are scores on test rows/);
  });

  it("work in the notebook that made them", async () => {
    const of = model(book, "m").folder!;
    rmSync(of, { recursive: true });
    for (const name of ["student", "slim", "fixed"]) assert.deepEqual(await said(book, name), then[name]);
    await book.run(`evaluate student, slim, fixed on d.validation
deploy fixed to onnx("out/fixed", quantize: int8)
update student on e with short as again
compress student on d as rounded { quantize: int8 }`);
    assert.ok(!existsSync(of), "nothing comes back to where it was");
    for (const name of ["again", "rounded"]) {
      assert.ok(existsSync(join(model(book, name).folder!, "base/config.json")), name);
      assert.equal((await said(book, name)).length, 6);
    }
  });

  it("work in another notebook, from a copy of their run", async () => {
    for (const name of ["student", "slim", "fixed"]) cpSync(folders[name]!, join(elsewhere, name), { recursive: true });
    const other = new NotebookOfOne();
    try {
      cpSync(join(book.folder, "rows.csv"), join(other.folder, "rows.csv"));
      rmSync(book.runs, { recursive: true });
      const loads = ["student", "slim", "fixed"].map(
        (name) => `model ${name} { load: ${JSON.stringify(join(elsewhere, name))} }`,
      );
      await other.run(`${definitions.split("\n")[0]!}\n${SHORT}\n${loads.join("\n")}
evaluate student, slim, fixed on d.validation`);
      for (const name of ["student", "slim", "fixed"]) assert.deepEqual(await said(other, name), then[name], name);
      await other.run(`deploy slim to huggingface("out/slim")
update student on d with short as again
compress student on d with short as rounded { sparsify: structured(feed_forward: 50%), quantize: int8 }
model based { base: student, task: text_classification, technique: lora(rank: 2), max_length: 16 }
train based on d with short`);
      for (const name of ["again", "rounded", "based"]) assert.equal((await said(other, name)).length, 6);
    } finally {
      await other.close();
    }
  });

  it("fail with an error if the bytes of their base have changed", async () => {
    const other = new NotebookOfOne();
    try {
      const file = join(elsewhere, "student/base/model.safetensors");
      const bytes = readFileSync(file);
      bytes[bytes.length - 2]! ^= 64;
      rmSync(file);
      writeFileSync(file, bytes);
      await assert.rejects(
        other.run(`model student { load: ${JSON.stringify(join(elsewhere, "student"))} }`),
        /is not the one that .* was trained on/,
      );
    } finally {
      await other.close();
    }
  });

  it("report what is missing without their base", async () => {
    const other = new NotebookOfOne();
    try {
      rmSync(join(elsewhere, "fixed/base"), { recursive: true });
      await assert.rejects(
        other.run(`model fixed { load: ${JSON.stringify(join(elsewhere, "fixed"))} }`),
        hasCodes("run-without-base"),
      );
    } finally {
      await other.close();
    }
  });
});
