/** Models that are served say what their notebook says, while others come, replace them, or kill their engine. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError, type CodeData } from "#dsl/diagnostics/codes.js";
import type { Asked } from "#kernel/encoding/encoded.js";
import type { ModelHandle } from "#kernel/session/models/model-handle.js";
import type { ServingEvent } from "#kernel/session/serving/contract.js";
import { ServedModels } from "#kernel/session/serving/served-models.js";
import { LIMITS, type Held } from "#kernel/serving/contract.js";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deploying/small-tasks.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { until } from "#tests/until.js";

const ANSWERING = TASKS.filter(({ base }) => base === "bert");
const TECHNIQUES: Readonly<Record<string, string>> = {
  labels: "lora(rank: 2)",
  tags: "lora(rank: 2)",
  scores: "bitfit",
};
const TEXTS = ["good bad a", "the fine poor kind mean who b", "kind", "was trained good c", "who bad bad bad d"];
const PAIRS = TEXTS.map((text, i) => [text, TEXTS[(i + 1) % 5]!] as const);
const QUESTIONS = TEXTS.map((context) => ["who", `${context} ${context} ${context}`] as const);
const MASKED = TEXTS.map((text) => text.replace(/\S+$/, "[MASK]"));
const asks: Readonly<Record<string, readonly Asked[]>> = { pairs: PAIRS, answers: QUESTIONS, fills: MASKED };

describe("models that are served", function () {
  this.timeout(400_000);
  let book: NotebookOfOne;
  let models: ServedModels;
  const told: ServingEvent[] = [];
  const handle = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const place = (...names: readonly string[]): string => join(book.folder, ...names);
  const predicted = (name: string, texts = asks[name] ?? TEXTS) => handle(name).predict(texts as readonly string[]);

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    for (const task of ANSWERING) await book.run(programOf(task, TECHNIQUES[task.name] ?? "full"));
    await book.run(
      `model other { base: "bert", task: text_classification, technique: full, max_length: 24 }
train other on labels_rows { steps: 6, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), schedule: constant, seed: 2 }
deploy sets to huggingface("sets_folder")
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
        ...{ limits: { ...LIMITS, queue: 64 }, folder: book.folder, tell: (event) => void told.push(event) },
        engine: { engine: (await book.session.engines.engine()).info.name },
      },
    );
  });
  after(async () => {
    await models.close();
    await book.close();
  });

  const held = async <T>(name: string, does: (model: Held["model"]) => Promise<T>): Promise<T> => {
    const { model, release } = models.hold(name);
    try {
      return await does(model);
    } finally {
      release();
    }
  };
  const answered = (name: string, texts: readonly Asked[]) =>
    held(name, async (model) => (await model.predict(texts, { truncate: true })).map(({ prediction }) => prediction));
  const coded =
    <C extends keyof CodeData>(code: C, data: Partial<CodeData[C]> = {}) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof CodedError && error.code === code, String(error));
      assert.deepEqual({ ...(error.data as object), ...data }, error.data);
      return true;
    };

  for (const { name } of ANSWERING)
    it(`say of ${name} what predict says, bit for bit`, async () => {
      const texts = asks[name] ?? TEXTS;
      assert.deepEqual(await answered(name, texts), await predicted(name, texts));
      const model = models.list().find((one) => one.name === name)!;
      assert.deepEqual(model.labels, handle(name).labels);
    });
  it("say of pairs of vectors how alike they are, and give vectors as they were trained or of length 1", async () => {
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
  it("tell their sort, their sharing, and what they can't be asked", async () => {
    const sorts = Object.fromEntries(models.list().map(({ name, sort }) => [name, sort]));
    assert.deepEqual(sorts, {
      ...{ labels: "labels", pairs: "labels", sets: "labels", scores: "number", tags: "tags", answers: "answers" },
      ...{ fills: "fills", vectors: "embeds", sets_folder: "labels", adapter_folder: "labels", tags_onnx: "tags" },
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
  it("what deploy wrote, and a folder of anybody's, say the same", async () => {
    close(await answered("sets_folder", TEXTS), await predicted("sets"), 1e-5);
    close(await answered("plain", TEXTS), await predicted("sets"), 1e-5);
    close(await answered("adapter_folder", TEXTS), await predicted("labels"), 1e-5);
    close(await answered("tags_onnx", TEXTS), await predicted("tags"), 1e-4);
  });
  it("cut a long text and say so, or refuse it", async () => {
    const long = Array.from({ length: 40 }, (_, i) => TEXTS[i % 5]!).join(" ");
    const said = await held("labels", (model) => model.predict(["good", long], { truncate: true }));
    assert.deepEqual(
      said.map(({ tokens, cut }) => ({ tokens, cut })),
      [
        { tokens: 3, cut: false },
        { tokens: 24, cut: true },
      ],
    );
    assert.deepEqual(said[1]!.prediction, (await predicted("labels", [long]))[0]);
    const refused = held("labels", (model) => model.predict(["good", long], { truncate: false }));
    await assert.rejects(refused, coded("text-too-long", { at: 2, most: 24 }));
    const exact = Array.from({ length: 22 }, () => "good").join(" ");
    assert.equal((await held("labels", (model) => model.predict([exact], { truncate: false })))[0]!.cut, false);
  });
  it("answer many at once, each its own, within rounding of what they say alone", async () => {
    const texts = Array.from({ length: 60 }, (_, i) =>
      `${TEXTS[i % 5]!} ${TEXTS[(i * 7 + 2) % 5]!}`
        .split(" ")
        .slice(0, 1 + (i % 9))
        .join(" "),
    );
    const alone = await predicted("labels", texts);
    const load = () => models.load()["labels"]!.batches;
    const before = load();
    const together = await Promise.all(texts.map((text) => answered("labels", [text])));
    close(together.flat(), alone, 1e-5);
    assert.ok(load() - before < 30, "requests aren't gathered");
    const gone = new AbortController();
    const asked = held("labels", (model) => model.predict(texts, { truncate: true, signal: gone.signal }));
    gone.abort(new Error("went away"));
    await assert.rejects(asked, /went away/);
  });
  it("give tokens with their places, and texts of tokens", async () => {
    const [tokens] = await held("labels", (model) => model.tokenize(["was trained"], true));
    assert.deepEqual(
      tokens!.map(({ text, special, start, stop }) => [text, special, start, stop]),
      [
        ["[CLS]", true, null, null],
        ["was", false, 0, 3],
        ["train", false, 4, 9],
        ["ed", false, 9, 11],
        ["[SEP]", true, null, null],
      ],
    );
    const ids = Int32Array.from(tokens!, ({ id }) => id);
    assert.deepEqual(await held("labels", (model) => model.decode([ids], false)), ["was trained"]);
    assert.match((await held("labels", (model) => model.decode([ids], true)))[0]!, /^\[CLS\] was trained \[SEP\]$/);
  });
  it("are opened from what is whole alone, under one name each", async () => {
    const opening = (...folders: readonly (readonly [string | null, string])[]) =>
      ServedModels.open(
        folders.map(([name, folder]) => ({ name, folder })),
        { limits: LIMITS, folder: book.folder },
      );
    const run = handle("labels").folder!;
    await assert.rejects(opening(), coded("nothing-to-serve"));
    await assert.rejects(opening([null, run], ["labels", "plain"]), coded("same-name", { name: "labels" }));
    mkdirSync(place("empty"));
    await assert.rejects(opening([null, "empty"]), coded("folder-not-served"));
    writeFileSync(place("a file"), "");
    await assert.rejects(opening([null, "a file"]), coded("folder-not-served"));
    await assert.rejects(opening([null, "nowhere"]), coded("run-not-found"));
    cpSync(run, place("torn"), { recursive: true });
    writeFileSync(place("torn", "plan.json"), "{");
    await assert.rejects(opening([null, "torn"]), coded("run-unreadable"));
    cpSync(run, place("bare"), { recursive: true });
    rmSync(place("bare", "checkpoints"), { recursive: true });
    await assert.rejects(opening([null, "bare"]), coded("run-without-weights"));
    cpSync(place("sets_folder"), place("weightless"), { recursive: true });
    rmSync(place("weightless", "model.safetensors"));
    await assert.rejects(opening([null, "weightless"]), coded("deployment-unreadable"));
  });

  /** Eight who ask one after the other, until they are stopped; what each was told. */
  function asking(name: string, text: string) {
    let goes = true;
    const said: unknown[] = [];
    const failed: CodedError[] = [];
    const loops = Array.from({ length: 8 }, async () => {
      while (goes)
        try {
          said.push(...(await answered(name, [text])));
        } catch (error) {
          failed.push(error as CodedError);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
    });
    const stop = async (): Promise<void> => {
      goes = false;
      await Promise.all(loops);
    };
    return { said, failed, stop };
  }
  it("are replaced under load: nobody is refused, and from then on the new one answers", async () => {
    const [text] = TEXTS;
    const [before, after] = [await predicted("labels", [text!]), await predicted("other", [text!])];
    assert.notDeepEqual(before, after);
    const { said, failed, stop } = asking("labels", text!);
    await until(() => said.length > 20);
    const opened = await models.replace("labels", handle("other").folder!);
    const from = said.length;
    await until(() => said.length > from + 20);
    await stop();
    assert.deepEqual(failed, []);
    assert.deepEqual([opened.name, opened.folder], ["labels", handle("other").folder!]);
    close([said[0]], before, 1e-5);
    close(
      said.slice(from + 8),
      said.slice(from + 8).map(() => after[0]),
      1e-5,
    );
    await until(() => told.some((one) => one.is === "closed" && one.folder === handle("labels").folder));
    await assert.rejects(models.replace("labels", "empty"), coded("folder-not-served"));
    assert.deepEqual(await answered("labels", [text!]), after);
    assert.deepEqual(await models.reload(), []);
  });
  it("come back where their engine is killed under load: coded errors at once, then the same answers", async () => {
    const [text] = TEXTS;
    const before = await answered("labels", [text!]);
    const { said, failed, stop } = asking("labels", text!);
    await until(() => said.length > 20);
    process.kill(models.engine!.pid, "SIGKILL");
    await until(() => failed.length > 20);
    assert.match(models.ready().why ?? "", /^\w+: what computes it has ended/);
    // What has a process of its own goes on.
    assert.equal((await answered("tags_onnx", [text!])).length, 1);
    await until(() => models.ready().ready);
    const from = said.length;
    await until(() => said.length > from + 20);
    await stop();
    assert.deepEqual([...new Set(failed.map(({ code }) => code))].sort(), ["engine-died", "model-opening"]);
    close(
      said,
      said.map(() => before[0]),
      1e-5,
    );
    for (const name of ["tags", "vectors", "adapter_folder"]) assert.equal((await answered(name, [text!])).length, 1);
    assert.ok(told.some(({ is }) => is === "engine-died") && told.some(({ is }) => is === "engine-back"));
    assert.ok(models.memory().weights > 0 && (models.memory().engine ?? 1) > 0);
  });
});

/** The same, numbers within `most`. */
function close(got: unknown, wanted: unknown, most: number, at = "it"): void {
  if (typeof wanted === "number")
    assert.ok(Math.abs((got as number) - wanted) <= most, `${at}: ${String(got)} is not ${String(wanted)}`);
  else if (typeof wanted === "object" && wanted !== null) {
    assert.deepEqual(Object.keys(got as object), Object.keys(wanted), at);
    for (const [key, value] of Object.entries(wanted))
      close((got as Record<string, unknown>)[key], value, most, `${at}.${key}`);
  } else assert.deepEqual(got, wanted, at);
}
