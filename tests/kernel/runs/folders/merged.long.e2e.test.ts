/**
 * Trained techniques merged into the base's weights: compared with PEFT's merge_and_unload, and from a Tune program to
 * a folder that is a base again.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromNDArray } from "#dsl/tensor/values.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { writeMergedModel } from "#kernel/runs/folders/merged.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { ENGINES, engineNamed } from "#tests/kernel/engines/engines.js";
import { readSafetensors } from "#tests/oracles/safetensors.js";
import { root } from "#tests/stdlib/models/golden.js";
import { scaleShift } from "#tests/stdlib/user-defined/scale-shift.js";
import { MODELS, callOf, goldenOf, optionsOf } from "#tests/stdlib/techniques/peft-models.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";

interface Said {
  readonly inputs: Readonly<Record<string, number[][]>>;
  readonly merged: unknown[];
  readonly weights: Readonly<Record<string, number[] | number[][]>>;
}
const golden = JSON.parse(readFileSync(new URL("golden/oracle/merged.json", root), "utf8")) as Record<string, Said>;
const fixture = (path: string): string => fileURLToPath(new URL(`fixtures/${path}`, root));

function near(got: ArrayLike<number>, wanted: readonly number[], most: number, title: string): void {
  assert.equal(got.length, wanted.length, title);
  wanted.forEach((v, i) => assert.ok(Math.abs(got[i]! - v) < most, `${title}: ${got[i]}, PEFT ${v}`));
}
/** Returns the logits that `tunebook forward` computes from a folder. */
async function forward(engineName: (typeof ENGINES)[number], folder: string, inputs: object): Promise<Float64Array> {
  const engine = await engineNamed(engineName);
  const { limits, program } = await openModelFolder(folder);
  const batch = readForwardInputs(JSON.stringify(inputs), limits);
  const session = await engine.open({ forward: program(batch.token_type_ids !== undefined) }, [folder]);
  const { logits } = await session.run("forward", { ...batch } as Record<string, NDArray>);
  await session.dispose();
  return Float64Array.from(fromNDArray(logits!).data);
}

describe("merged weights compared with PEFT", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-merged-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of MODELS)
    for (const technique of ["rslora", "dora", "ia3"])
      it(`match for ${name}: ${technique}`, async () => {
        const said = golden[`${name}-${technique}`]!;
        const [adapter, model] = [fixture(`adapters/${name}-${technique}`), fixture(`models/${name}`)];
        const base = await resolveBase(model, { folder });
        const file = join(adapter, "adapter_model.safetensors");
        const shapes = Object.entries(readHeader(file).tensors).map(([tensor, { shape }]) => [tensor, shape] as const);
        const tensors = { ...base.facts.shapes, ...Object.fromEntries(shapes) };
        const o = await optionsOf(name, callOf(name, technique), Object.values(goldenOf(name).techniques)[0]!, tensors);
        const plan = { recipe: { model: { task: o.task.call } } } as unknown as Plan;
        for (const engineName of ENGINES.filter((e) => e !== "tfjs" || name === "bert-plain")) {
          const engine = await engineNamed(engineName);
          const session = await engine.open({ forward: assembleForwardProgram(o, false) }, [file, model]);
          const to = join(folder, `${name}-${technique}-${engineName}`);
          const { difference } = await writeMergedModel(to, { engine, session, body: o, plan, base, labels: [] });
          await session.dispose();
          assert.ok(difference < 1e-5, String(difference));
          const written = readSafetensors(join(to, "model.safetensors"));
          for (const [tensor, rows] of Object.entries(said.weights)) {
            const { bytes } = written[tensor]!;
            const values = new Float32Array(Uint8Array.from(bytes).buffer);
            const wanted = rows.flat();
            near(values.slice(0, wanted.length), wanted, 2e-6, tensor);
          }
          near(await forward(engineName, to, said.inputs), said.merged.flat(2) as number[], 1e-4, "logits");
        }
      });
});

describe("trained model as a plain folder", function () {
  this.timeout(60_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const config = (folder: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;

  before(async () => {
    book = new NotebookOfOne();
    for (const [from, to] of [
      ["bert-plain", "bert"],
      ["gpt2-plain", "gpt2"],
    ] as const) {
      cpSync(fixture(`models/${from}`), join(book.folder, to), { recursive: true });
      writeTokenizer(join(book.folder, to), "letters");
    }
    const rows = Array.from(
      { length: 24 },
      (_, i) =>
        `${i % 2 ? "a good and kind" : "bad worse poor"} ${"abcdefghijklmnopqrstuvwx"[i]},${["yes", "no", "maybe"][i % 3]}`,
    );
    writeFileSync(join(book.folder, "rows.csv"), ["text,label", ...rows].join("\n"));
    await book.run(`
data rows { source: csv("rows.csv"), columns: { text: text, label: label } }
data tales { source: csv("rows.csv"), columns: { text: text } }
recipe quick { steps: 3, batch_size: 8, shuffle: none, optimizer: adamw(learning_rate: 5e-3), schedule: constant, dropout: 0, seed: 1 }
model m { base: "bert", task: text_classification, technique: lora(rank: 2, targets: attention, dora: true, merge: true), max_length: 24 }
model teller { base: "gpt2", task: text_generation, technique: lora(rank: 2, targets: all, rank_stabilized: true), max_length: 24 }`);
  });
  after(() => book.close());

  it("is written with `merge: true`, with its labels and equal predictions", async () => {
    await book.run("train m on rows with quick");
    const folder = join(model("m").folder!, "merged");
    const said = config(folder);
    assert.deepEqual(said["architectures"], ["BertForSequenceClassification"]);
    assert.deepEqual(Object.values(said["id2label"] as object), model("m").labels);
    assert.ok(existsSync(join(folder, "tokenizer.json")));
    const names = Object.keys(readHeader(join(folder, "model.safetensors")).tensors);
    assert.ok(
      names.every((name) => /^(bert|classifier)\./.test(name)) && !names.some((name) => name.includes("lora")),
      names.join(),
    );
    // Three steps make an epoch, so the first step from the merged folder sees the same batch and weights as a fourth
    // step.
    await book.run(`model again like m { base: "${folder}", technique: head_only }
train again on rows with quick { steps: 1 }
train m on rows with quick as longer { steps: 4 }`);
    assert.ok(Math.abs(model("again").history[0]!.loss - model("longer").history[3]!.loss) < 1e-5);
  });
  it("is written from TypeScript and works as a base that writes the same text", async () => {
    await book.run("train teller on tales with quick");
    const { folder, difference } = await model("teller").merge("plain");
    assert.equal(folder, join(book.folder, "plain"));
    assert.ok(difference < 1e-4);
    await book.run(`model retold { base: "plain", task: text_generation, technique: full, max_length: 24 }`);
    const [before, after] = await Promise.all(
      ["teller", "retold"].map((name) => model(name).predict<WrittenContinuation>(["good ", "w"], { max_tokens: 12 })),
    );
    assert.deepEqual(after, before);
    // A second merge overwrites the folder, and the trained model keeps working
    await model("teller").merge("plain");
    assert.deepEqual(await model("teller").predict<WrittenContinuation>(["good ", "w"], { max_tokens: 12 }), before);
  });
  it("rejects a taken folder, an unmergeable technique and a model without weights", async () => {
    await assert.rejects(model("teller").merge("bert/.."), { code: "folder-taken" });
    await book.run("model a like m { technique: adapters(size: 2) }\ntrain a on rows with quick");
    await assert.rejects(model("a").merge("never"), /adapters.*block/);
    assert.ok(!existsSync(join(book.folder, "never")));
    await book.run("model b like m { technique: bitfit }");
    await assert.rejects(model("b").merge("never"), { code: "not-trained" });
  });
  it("supports every technique that changes linear layers, including a custom one", async () => {
    book.session.vocabulary.define("technique", scaleShift);
    for (const technique of ["ia3", "bitfit", "full", "scale_shift"]) {
      await book.run(
        `model ${technique}_m like m { technique: ${technique} }\ntrain ${technique}_m on rows with quick`,
      );
      const { difference } = await model(`${technique}_m`).merge(`merged-${technique}`);
      assert.ok(difference < 1e-4, `${technique}: ${difference}`);
    }
  });
  it("saves the complete model if base weights were trained, with equal predictions", async () => {
    const text = "a good and kind b";
    for (const technique of ["full", "head_only", "bitfit"]) {
      await book.run(
        `model ${technique}_k like m { technique: ${technique} }\ntrain ${technique}_k on rows with quick`,
      );
      const handle = model(`${technique}_k`);
      const { folder, holds } = await handle.save(`kept-${technique}`);
      assert.deepEqual([folder, holds], [join(book.folder, `kept-${technique}`), "model"]);
      assert.deepEqual(config(folder)["architectures"], ["BertForSequenceClassification"]);
      const [input_ids] = await (await loadTokenizer(folder)).encode([text], 24);
      const logits = await forward("tensorflow", folder, { input_ids: [Array.from(input_ids!)] });
      const odds = Array.from(logits, Math.exp);
      const [said] = await handle.predict([text]);
      Object.values(config(folder)["id2label"] as object).forEach((label: string, i) => {
        const share = odds[i]! / odds.reduce((a, b) => a + b, 0);
        assert.ok(
          Math.abs(share - said!.probabilities[label]!) < 1e-5,
          `${technique}, ${label}: ${share}, ${JSON.stringify(said)}`,
        );
      });
      const card = readFileSync(join(folder, "README.md"), "utf8");
      assert.match(
        card,
        /library_name: "transformers"[\s\S]*AutoModelForSequenceClassification\.from_pretrained\("model"\)/,
      );
      // Saving a second time overwrites the folder.
      await handle.save(`kept-${technique}`);
    }
  });
  it("saves an adapter for adapter techniques and never overwrites another kind of model", async () => {
    for (const technique of ["lora(rank: 2)", "adapters(size: 2)"]) {
      await book.run(`model own like m { technique: ${technique} }\ntrain own on rows with quick`);
      const to = `own-${technique.slice(0, 4)}`;
      const { folder, holds } = await model("own").save(to);
      assert.equal(holds, "adapter");
      const run = join(model("own").folder!, "adapter");
      assert.deepEqual(readdirSync(folder).sort(), [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "learnt.json",
      ]);
      for (const name of readdirSync(folder))
        assert.deepEqual(
          readFileSync(join(folder, name)),
          readFileSync(join(name === "learnt.json" ? model("own").folder! : run, name)),
          name,
        );
      await assert.rejects(model("full_k").save(to), { code: "folder-of-another" });
      await assert.rejects(model("full_k").save(to, { replace: true }), { code: "folder-taken" });
    }
    await assert.rejects(model("own").save("kept-full"), { code: "folder-of-another" });
    await assert.rejects(model("own").save("kept-full", { replace: true }), { code: "folder-taken" });
    await book.run("model b like m { technique: bitfit }");
    await assert.rejects(model("b").save("never"), { code: "not-trained" });
  });
});
