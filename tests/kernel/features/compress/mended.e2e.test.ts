/**
 * Silent failures of distillation that are now reported: losses that are not finite, rows used for scoring, outputs of
 * other weights.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachedLogitsFile } from "#kernel/runs/continual-state.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { CHECKSUM_METADATA, readHeader, readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");

describe("safeguards of compress", function () {
  this.timeout(300_000);
  const book = new NotebookOfOne();
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const floats = (file: string, name: string) => new Float32Array(readTensor(file, name).bytes.slice().buffer);
  const head = (name: string): number[] => [...floats(model(name).weights!.checkpoint.file, "classifier.weight")];

  before(async () => {
    writeSmallTraining(book.folder);
    const lines = readFileSync(join(book.folder, "rows.csv"), "utf8").trim().split("\n").slice(1);
    const texts = lines.map((line) => line.split(",")[0]!);
    writeFileSync(join(book.folder, "same.csv"), ["text", ...texts].join("\n"));
    writeFileSync(join(book.folder, "other.csv"), ["text", ...texts.map((one) => `${one} a`)].join("\n"));
    await book.run(`${definitions}
data same { source: csv("same.csv"), columns: { text: text } }
data whole { source: csv("rows.csv"), columns: { text: text, label: label } }
data other { source: csv("other.csv"), columns: { text: text } }
recipe r { epochs: 1, batch_size: 8, optimizer: adamw(learning_rate: 3e-3), keep: last }
train m on d with r`);
  });
  after(() => book.close());

  it("warn about evaluation rows among the unlabelled training rows", async () => {
    const said = text(await book.run("compress m on d, same with r as s { distill: student(layers: 1) }"));
    assert.match(said, /warning\[unlabelled-held-out\]: 16 of 16 evaluation rows of d\.validation .*\bsame\b/);
    const apart = text(await book.run("compress m on d, other with r as t { distill: student(layers: 1) }"));
    assert.doesNotMatch(apart, /unlabelled-held-out/);
  });

  it("reuse teacher outputs of an earlier run with the same weights, and recompute them otherwise", async () => {
    const again = async (): Promise<number[]> => {
      await book.run("compress m on d, other with r as t { distill: student(layers: 1) }");
      return head("t");
    };
    const [first, file] = [head("t"), cachedLogitsFile(model("t").folder!)];
    const { metadata, tensors } = readHeader(file);
    const [name] = Object.keys(tensors);
    const { shape } = tensors[name!]!;
    const zeros = (shape: readonly number[], by: string): void => {
      const bytes = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
      for (const run of RunFolder.find(book.runs, model("t").weights!.plan.recipeHash))
        writeSafetensors(
          cachedLogitsFile(run.path),
          { [name!]: { dtype: "f32", shape, bytes } },
          { ...CHECKSUM_METADATA, by },
        );
    };
    zeros(shape, "other weights");
    assert.deepEqual(await again(), first);
    zeros([shape[0]! - 1, shape[1]!], metadata["by"]!);
    assert.deepEqual(await again(), first);
    zeros(shape, metadata["by"]!);
    assert.notDeepEqual(await again(), first);
  });

  it("stop if a distillation target is not finite, and save no weights", async () => {
    const file = cachedLogitsFile(model("t").folder!);
    const { metadata, tensors } = readHeader(file);
    const [[name, { shape }]] = Object.entries(tensors) as unknown as [[string, { readonly shape: number[] }]];
    const odd = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(Infinity);
    const bytes = new Uint8Array(odd.buffer);
    for (const run of RunFolder.find(book.runs, model("t").weights!.plan.recipeHash))
      writeSafetensors(
        cachedLogitsFile(run.path),
        { [name]: { dtype: "f32", shape, bytes } },
        { ...CHECKSUM_METADATA, by: metadata["by"]! },
      );
    await assert.rejects(
      book.run("compress m on d, other with r as t { distill: student(layers: 1) }"),
      (error: { readonly code?: string; readonly data?: { readonly step: number; readonly norm?: string } }) =>
        error.code === "loss-not-finite" && error.data?.step === 1 && error.data.norm === "NaN",
    );
    // The following tests use this trained student.
    await book.run("compress m on d, other with r as u { distill: student(layers: 1) }");
  });

  it("show origin, method and size before and after, also without evaluation rows", async () => {
    const shown = text(await book.run("compress m on whole as eight { quantize: int8 }"));
    assert.match(shown, /Cost of each model\n[^]*^m +[^]*^eight +int8 +26\.9 k +0\.0\d+ MB +eight-/m);
    assert.match(shown, /no validation rows/);
    const eight = text(await book.run("show eight"));
    assert.match(eight, /base +m [^]*made by +int8 +\(of m\)[^]*weights as +int8 \(8 bits and scales\)/);
    assert.match(eight, /on disk +0\.0\d+ MB +\(0\.107 MB before\)/);
    const student = text(await book.run("show u"));
    assert.match(student, /made by +student\(1, learns: .*\) +\(of m\)[^]*blocks +0 +\(of 0 to 1\)/);
    await book.run(`model again { load: ${JSON.stringify(model("eight").folder)} }`);
    const again = text(await book.run("show again"));
    assert.match(again, /base +m /);
    assert.ok(!again.includes(book.folder), "no path of this machine");
  });

  it("report a finished stage instead of its plan", async () => {
    const statement = "compress m on d as both { steps: 2, batch_size: 8, distill: student(layers: 1), quantize: int8";
    assert.match(text(await book.run(`${statement} }`)), /Plan of both_distilled/);
    const shown = text(await book.run(`${statement}, resume: true }`));
    assert.doesNotMatch(shown, /Plan of both_distilled/);
    assert.match(shown, /both_distilled is already finished, and is reused: both_distilled-/);
    assert.match(shown, /both is already finished/);
  });

  it("remove the models left by a killed deployment on the next deployment", async () => {
    await book.run('deploy m to onnx("out/m")');
    const run = readdirSync(book.runs).find((id) => id.startsWith("m-onnx-"))!;
    const left = ["source", "pushed"].map((name) => join(book.runs, run, name));
    for (const folder of left) {
      mkdirSync(folder);
      writeFileSync(join(folder, "model.safetensors"), "a model");
    }
    await book.run('deploy m to onnx("out/again")');
    for (const folder of left) assert.ok(!existsSync(folder), folder);
  });
});
