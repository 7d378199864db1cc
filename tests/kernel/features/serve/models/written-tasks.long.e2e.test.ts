/**
 * Deployed text-generation models and encoder-decoders. Long: three are trained and two deployed before the first test
 * (writing-models.e2e has runs, and adapters that share a writer).
 */
import assert from "node:assert/strict";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { ServedModels } from "#kernel/features/serve/models/served-models.js";
import { DEFAULT_LIMITS, type GenerationRequest } from "#kernel/features/serve/contract.js";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import * as asking from "./request-texts.js";

const PROMPTS = ["good bad", "kind", "mean fine p", "bad"];
const MOST = 12;

describe("served text generation models, deployed and encoder-decoder", function () {
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
    await book.run(programOf(task("tales"), "lora(rank: 2)"));
    await book.run(programOf(task("chats"), "full"));
    await book.run(programOf(task("rewrites"), "full"));
    await book.run(`deploy tales to onnx("tales_onnx")
deploy chats to huggingface("chats_folder")`);
    const folders = [...["tales", "chats", "rewrites"].map((name) => handle(name).folder!)];
    models = await ServedModels.open(
      [...folders, "tales_onnx", "chats_folder"].map((folder) => ({ name: null, folder })),
      {
        limits: DEFAULT_LIMITS,
        folder: book.folder,
        engine: { engine: (await book.session.engines.engine()).info.name },
      },
    );
  });
  after(async () => {
    await models?.close();
    await book.close();
  });

  it("report their type and properties", () => {
    const told = Object.fromEntries(models.list().map(({ name, sort, chats, root }) => [name, [sort, chats, root]]));
    assert.deepEqual(told, {
      tales: ["continues", false, "gpt2"],
      chats: ["continues", true, null],
      rewrites: ["rewrites", false, null],
      tales_onnx: ["continues", false, null],
      chats_folder: ["continues", true, null],
    });
  });
  it("generate like predict, concurrently", async () => {
    const names = ["tales", "rewrites"] as const;
    const wanted = await Promise.all(names.map(predicted));
    assert.notDeepEqual(wanted[0], wanted[1]);
    const got = await Promise.all(names.map((name) => Promise.all(PROMPTS.map((prompt) => written(name, prompt)))));
    assert.deepEqual(got, wanted);
  });
  it("answer conversations", async () => {
    const said = await Promise.all(PROMPTS.map((content) => written("chats", [{ role: "user", content }])));
    assert.deepEqual(said, await predicted("chats"));
    const deployed = await Promise.all(PROMPTS.map((content) => written("chats_folder", [{ role: "user", content }])));
    assert.deepEqual(deployed, said);
  });
  it("generate from ONNX Runtime graphs", async () => {
    const got = await Promise.all(PROMPTS.map((prompt) => written("tales_onnx", prompt)));
    assert.deepEqual(got, await predicted("tales"));
  });
});
