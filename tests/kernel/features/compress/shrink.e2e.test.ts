/**
 * Models with pruned heads and with quantised weights, made in a notebook: they answer, are saved, reopened and
 * deployed like any other. transformers and ONNX Runtime give the same outputs.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const TEXTS = ["a good film w1", "very bad book w2", "a fine book w3", "very poor film w4"];
const MORE = Array.from(
  { length: 25 },
  (_, i) => `${["a", "very"][i % 2]!} ${TEXTS[i % 4]!.split(" ")[1]!} film w${i}`,
);

describe("compression without a teacher", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const probabilities = async (name: string, texts = TEXTS): Promise<number[]> =>
    ((await model(name).predict(texts)) as readonly LabelPrediction[]).flatMap(({ probabilities: all }) =>
      Object.values(all),
    );
  const far = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
  /** Largest difference between the deployment and the notebook, relative to the largest value (at least 1). */
  const apart = (place: string): number => {
    const { compared } = JSON.parse(readFileSync(join(book.folder, place, "proof.json"), "utf8")) as {
      readonly compared: { readonly difference: number; readonly greatest: number };
    };
    return compared.difference / Math.max(1, compared.greatest);
  };
  /** Returns the probabilities that ONNX Runtime computes from a file. */
  const asked = async (file: Uint8Array, texts = TEXTS): Promise<number[]> => {
    const session = await InferenceSession.create(file);
    const { model: tokens } = JSON.parse(readFileSync(join(book.folder, "bert/tokenizer.json"), "utf8")) as {
      readonly model: { readonly vocab: Readonly<Record<string, number>> };
    };
    const all: number[] = [];
    for (const text of texts) {
      const ids = ["[CLS]", ...text.split(" "), "[SEP]"].map((word) => tokens.vocab[word]!);
      const whole = (numbers: readonly number[]) =>
        new OrtTensor("int64", BigInt64Array.from(numbers, BigInt), [1, numbers.length]);
      const feeds = {
        input_ids: whole(ids),
        attention_mask: whole(ids.map(() => 1)),
        ...(session.inputNames.includes("token_type_ids") && { token_type_ids: whole(ids.map(() => 0)) }),
      };
      const { logits } = await session.run(feeds);
      const odds = Array.from(logits!.data as Float32Array, Math.exp);
      const sum = odds.reduce((a, b) => a + b, 0);
      all.push(...odds.map((one) => one / sum));
    }
    await session.release();
    return all;
  };
  /**
   * Median difference between the probabilities of a deployed file and of a model. Where an activation lies between two
   * integers, engines may round it differently, and the answer for a single text moves by one step.
   */
  const usually = async (place: string, name: string): Promise<number> => {
    const file = readFileSync(join(book.folder, place, "onnx/model_quantized.onnx"));
    const [own, other] = [await probabilities(name, MORE), await asked(file, MORE)];
    const gaps = own.map((x, i) => Math.abs(x - other[i]!)).sort((a, b) => a - b);
    return gaps[gaps.length >> 1]!;
  };
  const made = (name: string): string => {
    const folder = join(model(name).folder!, "made");
    const [one] = readdirSync(folder).filter((file) => statSync(join(folder, file)).isDirectory());
    return join(folder, one!);
  };

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}recipe quick { epochs: 4, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), seed: 1 }
train m on d with quick`);
  });
  after(() => book.close());

  it("int8: stores integers, predicts similarly and trains nothing", async () => {
    await book.run("compress m on d as eight { quantize: int8 }");
    const file = join(made("m"), "model.safetensors");
    const raw = readFileSync(file);
    assert.match(raw.subarray(8, 8 + Number(raw.readBigUInt64LE())).toString("latin1"), /"I8"/);
    assert.ok(raw.length < 0.6 * statSync(join(model("m").folder!, "model/model.safetensors")).size);
    assert.equal(model("eight").history.length, 0);
    const moved = far(await probabilities("eight"), await probabilities("m"));
    assert.ok(moved > 1e-7 && moved < 0.05, String(moved));
  });

  it("int8 deployed as int8 predicts like the notebook", async () => {
    await book.run('deploy eight to onnx("out/eight", quantize: int8)');
    await book.run('deploy m to onnx("out/m", quantize: int8)');
    const [own, plain] = [await usually("out/eight", "eight"), await usually("out/m", "m")];
    assert.ok(own < 2e-5, String(own));
    // A model not quantised before deployment differs by the full quantisation error.
    assert.ok(plain > 50 * own, `${String(plain)}, ${String(own)}`);
    assert.ok(apart("out/eight") < 0.02);
  });

  it("int8(calibrate: …) stores activation bounds from training rows in its config", async () => {
    await book.run("compress m on d as fixed { quantize: int8(calibrate: 20) }");
    const configs = readdirSync(join(model("m").folder!, "made"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith("config.json") && !file.includes("tokenizer"))
      .map((file) => readFileSync(join(model("m").folder!, "made", file), "utf8"));
    const bounds = configs.flatMap((text) => {
      const { activations } = (JSON.parse(text) as { quantization_config: { activations: unknown } })
        .quantization_config;
      return typeof activations === "object" ? [activations as Record<string, readonly [number, number]>] : [];
    });
    assert.equal(bounds.length, 1);
    assert.ok(Object.values(bounds[0]!).every(([least, most]) => least <= 0 && most > 0));
    assert.ok(Object.hasOwn(bounds[0]!, "classifier") && Object.keys(bounds[0]!).length > 10);
    // The deployed model quantises activations with the same bounds.
    await book.run(
      'deploy fixed to onnx("out/fixed", quantize: int8)\ndeploy m to onnx("out/m20", quantize: int8, calibrate: 20)',
    );
    const [own, anew] = [await usually("out/fixed", "fixed"), await usually("out/m20", "m")];
    assert.ok(own < 2e-5, String(own));
    assert.ok(anew > 50 * own, `${String(anew)}, ${String(own)}`);
    assert.ok(apart("out/fixed") < 0.02);
    await assert.rejects(
      book.run('deploy fixed to onnx("out/plain")'),
      (error) =>
        error instanceof CodedError &&
        error.code === "cannot-deploy" &&
        diagnosticText(error).help === "write `quantize: int8`",
    );
    const [fixed, eight, m] = [await probabilities("fixed"), await probabilities("eight"), await probabilities("m")];
    assert.ok(far(fixed, m) < 0.1 && far(fixed, eight) > 1e-7);
  });

  it("int4: predicts nearly the same, from a smaller file than int8", async () => {
    await book.run('compress m on d as fours { quantize: int4 }\ndeploy fours to onnx("out/fours", quantize: int4)');
    assert.ok(far(await probabilities("fours"), await probabilities("m")) < 0.2);
    const stored = (name: string): number => statSync(join(model(name).folder!, "base/model.safetensors")).size;
    assert.ok(stored("fours") < stored("eight"), `${String(stored("fours"))} of ${String(stored("eight"))}`);
    // ONNX Runtime equals the notebook if its products must not round their inputs. With the deployed setting it is
    // close.
    const file = join(book.folder, "out/fours/onnx", readdirSync(join(book.folder, "out/fours/onnx"))[0]!);
    const bytes = readFileSync(file);
    const level = Buffer.from("accuracy_level");
    let products = 0;
    const exact = Buffer.from(bytes);
    for (let at = exact.indexOf(level); at >= 0; at = exact.indexOf(level, at + 1), products++) {
      const [field, value] = exact.subarray(at + level.length);
      assert.deepEqual([field, value], [0x18, 4]);
      exact[at + level.length + 1] = 1;
    }
    assert.ok(products >= 12, String(products));
    const said = await probabilities("fours");
    assert.ok(far(await asked(exact), said) < 1e-5);
    const near = far(await asked(bytes), said);
    assert.ok(near > 1e-6 && near < 5e-3, String(near));
  });

  it("structured pruning: trains the remaining parts and opens in transformers with equal logits", async () => {
    await book.run(`compress m on d with quick as slim { sparsify: structured(heads: 50%, feed_forward: 40%) }
deploy slim to huggingface("out/slim")
deploy slim to onnx("out/slim-onnx")`);
    assert.ok(model("slim").history.length > 0);
    assert.ok(apart("out/slim") < 1e-4);
    const config = JSON.parse(readFileSync(join(book.folder, "out/slim/config.json"), "utf8")) as Record<
      string,
      number
    >;
    assert.equal(config["pruned_heads"], undefined);
    const { tensors } = readHeader(join(book.folder, "out/slim/model.safetensors"));
    const width = tensors["bert.encoder.layer.0.intermediate.dense.weight"]!.shape[0];
    assert.equal(width, config["intermediate_size"]);
  });

  it("runs several stages, names each, and opens them in another session", async () => {
    await book.run(`compress m on d with quick as both { sparsify: structured(feed_forward: 50%), quantize: int8 }
evaluate m, both_pruned, both on d.validation { metrics: [accuracy, size, memory, latency, latency(99)] }`);
    const [m, pruned, both] = book.session.evaluations.slice(-3);
    const sizes = [m, pruned, both].map((one) => one!.metrics["size"]!);
    assert.ok(sizes[0]! > sizes[1]! && sizes[1]! > 2 * sizes[2]!, sizes.join(" "));
    assert.ok(
      [m, pruned, both].every(
        (one) => one!.metrics["memory"]! > 0 && one!.metrics["latency(99)"]! >= one!.metrics["latency"]!,
      ),
    );
    const before = await probabilities("both");
    const run = model("both").folder!;
    await book.run(`model again { load: ${JSON.stringify(run)} }`);
    assert.ok(far(await probabilities("again"), before) < 1e-6);
  });

  it("lists the size of each model next to the original, including earlier statements", () => {
    const texts = book.shown.map((one) => String(one.bundle["text/plain"]));
    const last = texts.findLast((text) => text.startsWith("Cost and quality on"))!;
    assert.match(last, /^both_pruned .+ structured\(feed_forward: 50%\)$/m);
    for (const name of ["m ", "eight ", "fours ", "slim "])
      assert.ok(
        last.split("\n").some((line) => line.startsWith(name)),
        `${name}: ${last}`,
      );
  });
});
