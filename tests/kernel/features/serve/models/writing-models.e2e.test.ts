/** Text-generation models give the same texts as `predict`: alone, and several at once on one base. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { ServedModels } from "#kernel/features/serve/models/served-models.js";
import { DEFAULT_LIMITS, type GenerationRequest } from "#kernel/features/serve/contract.js";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import * as asking from "./request-texts.js";

const PROMPTS = ["good bad", "kind", "mean fine p", "bad"];
const MOST = 12;

describe("served text generation models", function () {
  this.timeout(400_000);
  let book: NotebookOfOne;
  let models: ServedModels;
  const handle = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const predicted = async (name: string): Promise<readonly string[]> => {
    const said = await handle(name).predict<WrittenContinuation>(PROMPTS, { max_tokens: MOST, decode: "greedy" });
    return said.map(({ continuation }) => continuation);
  };
  const written = (name: string, prompt: GenerationRequest["prompt"]) => asking.written(models, name, prompt, MOST);
  const task = (name: string) => TASKS.find((one) => one.name === name)!;

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    await book.run("engine { engine: onnx, threads: 1 }");
    await book.run(programOf(task("tales"), "lora(rank: 2)"));
    await book.run(`model verses { base: "gpt2", task: text_generation, technique: lora(rank: 3), max_length: 24 }
train verses on tales_rows { steps: 9, batch_size: 8, optimizer: adamw(learning_rate: 2e-2), schedule: constant, seed: 2 }`);
    await book.run(`model sagas { base: "gpt2", task: text_generation, technique: lora(rank: 2, dora: true), max_length: 24 }
train sagas on tales_rows { steps: 9, batch_size: 8, optimizer: adamw(learning_rate: 2e-2), schedule: constant, seed: 3 }`);
    await book.run(programOf(task("chats"), "full"));
    const folders = [...["tales", "verses", "sagas", "chats"].map((name) => handle(name).folder!)];
    models = await ServedModels.open(
      [...folders, "gpt2"].map((folder) => ({ name: null, folder })),
      { limits: DEFAULT_LIMITS, folder: book.folder },
    );
  });
  after(async () => {
    await models?.close();
    await book.close();
  });

  it("report their type, chat support and base", () => {
    const told = Object.fromEntries(models.list().map(({ name, sort, chats, root }) => [name, [sort, chats, root]]));
    assert.deepEqual(told, {
      tales: ["continues", false, "gpt2"],
      verses: ["continues", false, "gpt2"],
      sagas: ["continues", false, "gpt2"],
      chats: ["continues", true, null],
      gpt2: ["continues", false, null],
    });
  });
  it("generate like predict, concurrently", async () => {
    const names = ["tales", "verses", "sagas"] as const;
    const wanted = await Promise.all(names.map(predicted));
    assert.notDeepEqual(wanted[0], wanted[1]);
    const got = await Promise.all(names.map((name) => Promise.all(PROMPTS.map((prompt) => written(name, prompt)))));
    assert.deepEqual(got, wanted);
  });
  it("answer conversations", async () => {
    const said = await Promise.all(PROMPTS.map((content) => written("chats", [{ role: "user", content }])));
    assert.deepEqual(said, await predicted("chats"));
  });
  it("share one writer if they are adapters of one base, the base included", async () => {
    const batches = () => ["tales", "verses", "gpt2", "chats"].map((name) => models.load()[name]!.batches);
    const before = batches();
    await written("verses", PROMPTS[0]!);
    const after = batches();
    // A writer counts its batches for all models that share it.
    assert.ok(after[1]! > before[1]!);
    assert.deepEqual(after, [after[1], after[1], after[1], before[3]]);
  });
  it("store the weights of their base once, even with separate writers", () => {
    const { weights } = models.memory();
    const base = statSync(join(book.folder, "gpt2", "model.safetensors")).size;
    // The shared base of tales, verses, sagas and gpt2, plus all weights of chats.
    assert.ok(weights > 1.5 * base && weights < 2.5 * base, `${String(weights)} of ${String(base)}`);
  });
  it("continue if one of them is replaced by another run", async () => {
    const names = ["verses", "sagas", "gpt2"];
    const all = () => Promise.all(names.map((name) => written(name, PROMPTS[0]!)));
    const wanted = await all();
    const [before] = wanted;
    let [goes, times] = [true, 0];
    const meanwhile = (async () => {
      for (; goes; times++) assert.deepEqual(await all(), wanted);
    })();
    const weights = models.memory().weights;
    await models.replace("tales", handle("verses").folder!);
    assert.equal(models.memory().weights, weights);
    // Replacements that are opened next to it and closed again.
    for (const folder of [handle("sagas").folder!, handle("tales").folder!, handle("verses").folder!])
      await models.replace("tales", folder);
    goes = false;
    await meanwhile;
    assert.ok(times > 1);
    assert.equal(await written("tales", PROMPTS[0]!), before);
    assert.equal(await written("verses", PROMPTS[0]!), before);
    assert.equal(models.list().find(({ name }) => name === "tales")!.root, "gpt2");
    assert.equal(join(models.opened.find(({ name }) => name === "tales")!.folder), handle("verses").folder!);
  });
});
