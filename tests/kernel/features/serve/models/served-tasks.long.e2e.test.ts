/**
 * Models of every task give the same answers as in the notebook. Long: each task is trained, and several are deployed,
 * before the first test (served-models.e2e has one example of each way that models are computed).
 */
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PredictionInput } from "#kernel/data/encoding/encoded.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { ServedModels } from "#kernel/features/serve/models/served-models.js";
import { DEFAULT_LIMITS, type ModelLease } from "#kernel/features/serve/contract.js";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import * as asking from "./request-texts.js";
import { close, coded, TEXTS } from "./request-texts.js";

const ANSWERING = TASKS.filter(({ base }) => base === "bert");
const TECHNIQUES: Readonly<Record<string, string>> = {
  labels: "lora(rank: 2)",
  tags: "lora(rank: 2)",
  scores: "bitfit",
};
const PAIRS = TEXTS.map((text, i) => [text, TEXTS[(i + 1) % 5]!] as const);
const QUESTIONS = TEXTS.map((context) => ["who", `${context} ${context} ${context}`] as const);
const MASKED = TEXTS.map((text) => text.replace(/\S+$/, "[MASK]"));
const asks: Readonly<Record<string, readonly PredictionInput[]>> = { pairs: PAIRS, answers: QUESTIONS, fills: MASKED };

describe("served models of every task", function () {
  this.timeout(400_000);
  let book: NotebookOfOne;
  let models: ServedModels;
  const handle = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const place = (...names: readonly string[]): string => join(book.folder, ...names);
  const predicted = (name: string, texts = asks[name] ?? TEXTS) => handle(name).predict(texts as readonly string[]);

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    for (const task of ANSWERING) await book.run(programOf(task, TECHNIQUES[task.name] ?? "full"));
    await book.run(
      `deploy sets to huggingface("sets_folder")
deploy labels to huggingface("adapter_folder", weights: adapter)
deploy tags to onnx("tags_onnx")`,
    );
    cpSync(place("sets_folder"), place("plain"), { recursive: true });
    rmSync(place("plain", "tunebook.json"));
    models = await ServedModels.open(
      [
        ...ANSWERING.map(({ name }) => ({ name: null, folder: handle(name).folder! })),
        ...["sets_folder", "adapter_folder", "tags_onnx", "plain"].map((folder) => ({ name: null, folder })),
      ],
      {
        limits: { ...DEFAULT_LIMITS, queue: 64 },
        folder: book.folder,
        engine: { engine: (await book.session.engines.engine()).info.name },
      },
    );
  });
  after(async () => {
    await models.close();
    await book.close();
  });

  const held = <T>(name: string, does: (model: ModelLease["model"]) => Promise<T>) => asking.held(models, name, does);
  const answered = (name: string, texts: readonly PredictionInput[]) => asking.answered(models, name, texts);

  for (const { name } of ANSWERING)
    it(`predict ${name} like the notebook, bit for bit`, async () => {
      const texts = asks[name] ?? TEXTS;
      assert.deepEqual(await answered(name, texts), await predicted(name, texts));
      const model = models.list().find((one) => one.name === name)!;
      assert.deepEqual(model.labels, handle(name).labels);
    });
  it("return similarities of pairs, and embeddings as trained or of length 1", async () => {
    assert.deepEqual(await answered("vectors", PAIRS), await predicted("vectors", PAIRS));
    const [own, one] = await held("vectors", (model) =>
      Promise.all([null, true].map((normalize) => model.embed(TEXTS, { truncate: true, normalize }))),
    );
    const trained = (await predicted("vectors")) as unknown as readonly { readonly embedding: Float32Array }[];
    assert.deepEqual(
      own!.map(({ vector }) => vector),
      trained.map(({ embedding }) => embedding),
    );
    for (const { vector } of one!) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
  });
  it("tag the words within the length limit in a text of megabytes, and count the others", async () => {
    const huge = "good bad kind ".repeat(100_000);
    const [tags] = await answered("tags", [huge]);
    const [same] = (await predicted("tags", [huge.slice(0, 1400)])) as unknown as (typeof tags)[];
    assert.deepEqual([tags!["tokens"], tags!["cut"]], [same!["tokens"], 300_000 - 22]);
  });
  it("report their type, what they share, and unsupported requests", async () => {
    const sorts = Object.fromEntries(models.list().map(({ name, sort }) => [name, sort]));
    assert.deepEqual(sorts, {
      labels: "labels",
      pairs: "labels",
      sets: "labels",
      scores: "number",
      tags: "tags",
      answers: "answers",
      fills: "fills",
      vectors: "embeds",
      sets_folder: "labels",
      adapter_folder: "labels",
      tags_onnx: "tags",
      plain: "labels",
    });
    const of = (name: string) => models.list().find((one) => one.name === name)!;
    assert.deepEqual(
      [of("labels").root, of("sets").root, of("pairs").pairs, of("labels").pairs],
      ["bert", null, true, false],
    );
    assert.ok(of("sets").several && of("sets_folder").several && !of("labels").several);
    await assert.rejects(
      held("labels", (model) => model.embed(["good"], { truncate: true, normalize: null })),
      coded("model-cannot", { name: "labels" }),
    );
    await assert.rejects(answered("labels", PAIRS), coded("pairs-expected"));
    await assert.rejects(answered("pairs", TEXTS), coded("pairs-expected"));
    assert.throws(() => models.hold("mood"), coded("no-such-model", { name: "mood" }));
    assert.throws(() => models.hold(null), coded("no-such-model", { name: null }));
  });
  it("predict the same from deployed folders and third-party folders", async () => {
    close(await answered("sets_folder", TEXTS), await predicted("sets"), 1e-5);
    close(await answered("plain", TEXTS), await predicted("sets"), 1e-5);
    close(await answered("adapter_folder", TEXTS), await predicted("labels"), 1e-5);
    close(await answered("tags_onnx", TEXTS), await predicted("tags"), 1e-4);
  });
});
