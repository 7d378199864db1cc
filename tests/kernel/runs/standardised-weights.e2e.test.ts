/**
 * Regression on scores of any scale: the head trains on standardised scores, and readers of its files need not know.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromNDArray } from "#dsl/tensor/values.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { listCheckpoints } from "#kernel/runs/checkpoints.js";
import type { ScorePrediction } from "#stdlib/tasks/regression.run.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import { readHeader, readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { readSafetensors } from "#tests/oracles/safetensors.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it"];
const [MEAN, SPREAD] = [250_000, 40_000];

describe("regression on scores of any scale", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const rows = Array.from({ length: 120 }, (_, i) => {
    const kind = (["dull", "bad", "good", "fine"] as const)[(i * 7 + Math.floor(i / 4)) % 4]!;
    const text = [i, Math.floor(i / 7), Math.floor(i / 49), 5 * i + 2].map((n) => FILLER[n % FILLER.length]).join(" ");
    const price = MEAN + SPREAD * { dull: -1.4, bad: -0.4, good: 0.5, fine: 1.3 }[kind] + (i % 5) * 500;
    return { text: `${text} ${kind}`, price, part: i % 4 === 0 ? "validation" : "train" };
  });
  const held = rows.filter(({ part }) => part === "validation");
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const centre = mean(rows.filter(({ part }) => part === "train").map(({ price }) => price));
  const ofMean = mean(held.map(({ price }) => Math.abs(price - centre)));

  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [...FILLER, "good", "bad", "dull", "fine"]);
    writeFileSync(
      join(book.folder, "prices.csv"),
      ["text,price,part", ...rows.map((r) => `${r.text},${r.price},${r.part}`)].join("\n"),
    );
    await book.run(`
data prices { source: csv("prices.csv"), columns: { text: text, score: price }, split: by_column(part) }
recipe quick { epochs: 20, batch_size: 16, optimizer: adamw(learning_rate: 4e-3), dropout: 0, seed: 1 }
model whole { base: "base", task: regression, technique: full }
model small { base: "base", task: regression, technique: lora(rank: 2) }
model bias { base: "base", task: regression, technique: bitfit }`);
  });
  after(() => book.close());
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const metrics = () => book.session.evaluations.at(-1)!.metrics;
  const predictions = async (name: string) =>
    (await model(name).predict<ScorePrediction>(held.map(({ text }) => text))).map(({ score }) => score);
  /** Computes the scores from the folder's body and head alone, as other programs do. */
  const forward = async (folder: string): Promise<readonly number[]> => {
    const engine = await engineNamed("tensorflow");
    const { limits, program } = await openModelFolder(folder);
    const tokenizer = await loadTokenizer(folder);
    const said: number[] = [];
    const session = await engine.open({ forward: program(false) }, [folder]);
    for (const { text } of held) {
      const [ids] = await tokenizer.encode([text], 64);
      const batch = readForwardInputs(
        JSON.stringify({ input_ids: [Array.from(ids!)], attention_mask: [Array.from(ids!, () => 1)] }),
        limits,
      );
      const { logits } = await session.run("forward", { ...batch } as Record<string, NDArray>);
      said.push(fromNDArray(logits!).data[0]!);
    }
    await session.dispose();
    return said;
  };
  const near = (ours: readonly number[], theirs: readonly number[]) =>
    ours.forEach((x, i) =>
      assert.ok(Math.abs(x - theirs[i]!) < 1e-5 * Math.abs(theirs[i]!), `${x} beside ${theirs[i]}`),
    );

  for (const name of ["whole", "small", "bias"])
    it(`${name}: beats the mean clearly, and its saved folder predicts the same`, async () => {
      await book.run(
        `train ${name} on prices with quick\nevaluate ${name} on prices.validation { metrics: [mean_absolute_error, loss] }`,
      );
      assert.ok(
        metrics()["mean_absolute_error"]! < 0.6 * ofMean,
        `${metrics()["mean_absolute_error"]} beside the mean's ${ofMean}`,
      );
      // Training and validation losses are reported on the scores' own scale.
      const first = model(name).history[0]!.loss;
      assert.ok(first > 0.2 * SPREAD ** 2 && first < 5 * SPREAD ** 2, String(first));
      assert.ok(model(name).validations.every(({ loss }) => loss! < 5 * SPREAD ** 2));
      const said = await predictions(name);
      const folder = join(book.folder, `saved-${name}`);
      await (name === "small" ? model(name).merge(folder) : model(name).save(folder));
      near(await forward(folder), said);
      const tensors = Object.keys(readSafetensors(join(folder, "model.safetensors")));
      assert.ok(!tensors.some((tensor) => tensor.startsWith("target.")), tensors.join(" "));
      const card = readFileSync(
        join(model(name).folder!, name === "whole" ? "README.md" : "adapter/README.md"),
        "utf8",
      );
      assert.equal(card.includes('weights.pop("target.scale")'), name === "whole");
      // Writing the files does not change the model.
      assert.deepEqual(await predictions(name), said);
    });

  it("folds the scale into an adapter's head, and training from it continues at the same predictions", async () => {
    const said = await predictions("small");
    const { adapter } = RunFolder.open(model("small").folder!);
    const file = readSafetensors(join(adapter, "adapter_model.safetensors"));
    const bias = Object.entries(file).find(([tensor]) => /classifier.*bias$/.test(tensor))![1];
    assert.ok(new Float32Array(Uint8Array.from(bias.bytes).buffer)[0]! > 100_000, "the bias holds the mean");
    await book.run(`model more { base: "base", task: regression, technique: lora(rank: 2, from: ${JSON.stringify(adapter)}) }
train more on prices with quick { steps: 1, optimizer: adamw(learning_rate: 1e-12), schedule: constant }`);
    near(await predictions("more"), said);
  });

  it("resumes exactly from its checkpoint, and from those of older versions", async () => {
    const statement = (as: string, more = "") =>
      `train whole on prices with quick as ${as} { steps: 12, checkpoint: every(steps: 4), seed: 5${more} }`;
    await book.run(statement("straight"));
    const interrupted = async (as: string) => {
      const control = new AbortController();
      const known = new Set(
        RunFolder.find(book.runs, RunFolder.open(model("straight").folder!).lock()!.recipeHash).map((run) => run.id),
      );
      const poll = setInterval(() => {
        const run = RunFolder.find(book.runs, RunFolder.open(model("straight").folder!).lock()!.recipeHash).find(
          ({ id }) => !known.has(id),
        );
        if (run && run.events().some((e) => e.kind === "step" && e.step >= 5)) control.abort();
      }, 2);
      await assert.rejects(
        book.run(statement(as), { signal: control.signal }).finally(() => clearInterval(poll)),
        { code: "interrupted" },
      );
      await model(as).weights!.settled;
      return RunFolder.find(book.runs, RunFolder.open(model("straight").folder!).lock()!.recipeHash)[0]!;
    };
    await interrupted("parted");
    await book.run(statement("parted", ", resume: true"));
    const losses = (as: string) => model(as).history.map(({ step, loss }) => [step, loss] as const);
    assert.deepEqual(losses("parted"), losses("straight"));
    // A checkpoint of an older version has no mean and deviation: its head trains on the raw scores.
    const run = await interrupted("older");
    const last = listCheckpoints(run).at(-1)!;
    const header = readHeader(last.file);
    const names = Object.keys(header.tensors).filter((name) => !name.startsWith("target."));
    assert.equal(names.length, Object.keys(header.tensors).length - 2);
    writeSafetensors(last.file, Object.fromEntries(names.map((name) => [name, readTensor(last.file, name, header)])), {
      tunebook: header.metadata["tunebook"]!,
    });
    await book.run(statement("older", ", resume: true"));
    const [, loss] = losses("older").find(([step]) => step > last.position.step)!;
    assert.ok(loss > 0.5 * MEAN ** 2, `a head that says next to nothing is off by the mean: ${loss}`);
    assert.ok(existsSync(model("older").folder!));
  });
});
