/**
 * Techniques from a Tune program to their weights and back, on the real engine with small models: saved files,
 * continued training, exact resume, a sweep over techniques, and text generation with virtual tokens.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readHeader } from "#kernel/tensors/safetensors.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeTokenizer } from "./small-tokenizers.js";

const fixtures = new URL("../../../../tests/fixtures/models/", import.meta.url);

describe("techniques in a notebook", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const losses = (name: string): number[] => model(name).history.map((s) => s.loss);
  const adapter = (name: string): string => join(model(name).folder!, "adapter");
  const config = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(adapter(name), "adapter_config.json"), "utf8")) as Record<string, unknown>;
  const tensors = (name: string): readonly string[] =>
    Object.keys(readHeader(join(adapter(name), "adapter_model.safetensors")).tensors);

  before(async () => {
    book = new NotebookOfOne();
    cpSync(new URL("bert-plain", fixtures), join(book.folder, "bert"), { recursive: true });
    cpSync(new URL("gpt2-plain", fixtures), join(book.folder, "gpt2"), { recursive: true });
    for (const folder of ["bert", "gpt2"]) writeTokenizer(join(book.folder, folder), "letters");
    const rows = Array.from(
      { length: 48 },
      (_, i) =>
        `${i % 2 ? "a good and kind" : "bad worse poor"} ${"xyz "[i % 4]},${i % 2 ? "yes" : "no"},${i % 4 ? "train" : "validation"}`,
    );
    writeFileSync(join(book.folder, "rows.csv"), ["text,label,part", ...rows].join("\n"));
    await book.run(`
data rows { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
data tales { source: csv("rows.csv"), columns: { text: text }, split: by_column(part) }
recipe quick { steps: 5, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), schedule: constant, dropout: 0, seed: 1, shuffle: none, keep: last }
model m { base: "bert", task: text_classification, technique: bitfit, max_length: 24 }
`);
  });
  after(() => book.close());

  for (const [technique, format] of [
    ["bitfit", null],
    ["head_only", null],
    ["adapters(pfeiffer, size: 4)", null],
    ["ia3", "IA3"],
    ["lora(rank: 2, dora: true)", "LORA"],
    ['prompt_tuning(tokens: 4, init: "good or bad")', "PROMPT_TUNING"],
    ["prefix_tuning(tokens: 3)", "PREFIX_TUNING"],
  ] as const)
    it(`train, save and continue with ${technique}`, async () => {
      const word = /^\w+/.exec(technique)![0];
      const name = `m_${word}`;
      await book.run(`model ${name} like m { technique: ${technique} }\ntrain ${name} on rows with quick`);
      assert.ok(losses(name).at(-1)! < losses(name)[0]!, losses(name).join(" "));
      assert.equal(config(name)["peft_type"] ?? null, format);
      if (!format) assert.equal(config(name)["technique"], word);
      const names = tensors(name);
      assert.ok(names.some((n) => n.endsWith("classifier.weight")));
      if (word === "bitfit")
        assert.deepEqual(
          names.filter((n) => !n.endsWith(".bias")),
          ["classifier.weight"],
        );
      // Five steps make an epoch, so the first step from the file sees the same batch and weights as a sixth step.
      const given = technique.includes("(")
        ? technique.replace(/\)$/, `, from: "${adapter(name)}")`)
        : `${word}(from: "${adapter(name)}")`;
      await book.run(`model again like m { technique: ${given} }\ntrain again on rows with quick`);
      await book.run(`train ${name} on rows with quick as longer { steps: 6 }`);
      assert.deepEqual(losses("longer").slice(0, 5), losses(name));
      assert.ok(
        Math.abs(losses("again")[0]! - losses("longer")[5]!) < 1e-6,
        `${losses("again")[0]}, ${losses("longer")[5]}`,
      );
    });

  it("resume exactly after an interrupt", async () => {
    const statement = "train m_prefix_tuning on rows with quick as held { steps: 40, seed: 5 }";
    await book.run(statement);
    const straight = losses("held");
    const control = new AbortController();
    const known = new Set(readdirSync(book.runs));
    const poll = setInterval(() => {
      const run = readdirSync(book.runs).find((r) => !known.has(r));
      const file = run && join(book.runs, run, "events.jsonl");
      if (file && existsSync(file) && readFileSync(file, "utf8").split('"kind":"step"').length > 8) control.abort();
    }, 1);
    const cut = statement.replace("held", "cut");
    await book
      .run(cut, { signal: control.signal })
      .catch((e: unknown) => assert.equal((e as { code?: string }).code, "interrupted"));
    clearInterval(poll);
    if (control.signal.aborted) await book.run(cut.replace("{", "{ resume: true,"));
    assert.deepEqual(losses("cut"), straight);
  });

  it("are swept together with their nested settings", async () => {
    await book.run(`sweep m on rows with quick as found {
  vary: { technique: choice(full, bitfit, ia3, lora(rank: choice(2, 4)), prompt_tuning(tokens: choice(2, 3))) }
  search: random, trials: 5, maximize: accuracy
}`);
    await book.run("train m on rows with found.best as winner");
    assert.ok(model("winner").trained);
  });

  it("freeze parts of the base", async () => {
    await book.run(
      `model still like m { technique: full, freeze: [embeddings, layers(0..0)] }\ntrain still on rows with quick`,
    );
    const checkpoints = join(model("still").folder!, "checkpoints");
    const saved = Object.keys(readHeader(join(checkpoints, readdirSync(checkpoints).at(-1)!)).tensors);
    assert.ok(
      saved.some((n) => n.includes("encoder.layer.1.")) && !saved.some((n) => /layer\.0\.|embeddings/.test(n)),
      saved.join(" "),
    );
  });

  for (const technique of ["prompt_tuning(tokens: 4)", "prefix_tuning(tokens: 3)", "adapters(size: 4)"])
    it(`let a decoder write within its positions under ${technique}`, async () => {
      await book.run(
        `model teller { base: "gpt2", task: text_generation, technique: ${technique}, max_length: 24 }\ntrain teller on tales with quick`,
      );
      const [whole] = await model("teller").predict<WrittenContinuation>("good ", { max_tokens: 8 });
      assert.ok(whole!.tokens <= 8);
      const taken = Number(/tokens: (\d)/.exec(technique)?.[1] ?? 0);
      await model("teller").predict<WrittenContinuation>("g", { max_tokens: 39 - taken });
      await assert.rejects(model("teller").predict<WrittenContinuation>("g", { max_tokens: 40 - taken }), {
        code: "no-room-to-generate",
      });
    });
});
