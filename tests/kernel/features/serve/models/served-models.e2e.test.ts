/** Served models: their answers, and their behaviour while others are added, replace them or kill their engine. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PredictionInput } from "#kernel/data/encoding/encoded.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { ModelServiceEvent } from "#kernel/features/serve/models/contract.js";
import type { EngineWork } from "#kernel/engines/engine-work.js";
import { preferredEngine } from "#kernel/engines/start-engine.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import type { ServableModel } from "#kernel/features/serve/models/servable.js";
import { ServedModels } from "#kernel/features/serve/models/served-models.js";
import { DEFAULT_LIMITS, type ModelLease, type ServedModelCollection } from "#kernel/features/serve/contract.js";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { until } from "#tests/until.js";
import * as asking from "./request-texts.js";
import { close, coded, TEXTS } from "./request-texts.js";

const tests = new URL("../../../../../../tests/", import.meta.url);
/** A cross-encoder as its authors save it: a head with one output and no declared task. */
const CROSS = fileURLToPath(new URL("fixtures/models/cross-encoder", tests));
interface Ranked {
  readonly cases: readonly {
    readonly query: string;
    readonly text: string;
    readonly tokens: number;
    readonly logit: number;
  }[];
  readonly alone: { readonly text: string; readonly logit: number };
}
/** Copies the run with its training precision set to bf16. */
function inBf16(run: string): string {
  const folder = join(dirname(run), "sixteen");
  cpSync(run, folder, { recursive: true });
  const plan = join(folder, "plan.json");
  writeFileSync(plan, readFileSync(plan, "utf8").replace(/"precision": ?"f32"/, '"precision": "bf16"'));
  return folder;
}

/** Returns the ids of this process's live children. */
function children(): readonly string[] {
  const task = `/proc/${String(process.pid)}/task`;
  const all = readdirSync(task).flatMap((id) => readFileSync(join(task, id, "children"), "utf8").split(" "));
  return all.filter((pid) => pid !== "");
}

const task = (name: string) => TASKS.find((one) => one.name === name)!;

describe("served models", function () {
  this.timeout(200_000);
  let book: NotebookOfOne;
  let models: ServedModels;
  let opening: ServedModelCollection | null = null;
  /** Errors and readiness before any model was open, and with the first open one. */
  const early: string[] = [];
  const told: ModelServiceEvent[] = [];
  const handle = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const place = (...names: readonly string[]): string => join(book.folder, ...names);
  const predicted = (name: string, texts: readonly string[] = TEXTS) => handle(name).predict(texts);

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    await book.run("engine { engine: onnx, threads: 1 }");
    await book.run(programOf(task("labels"), "lora(rank: 2)"));
    await book.run(`model other { base: "bert", task: text_classification, technique: full, max_length: 24 }
train other on labels_rows { steps: 6, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), schedule: constant, seed: 2 }
deploy other to huggingface("other_folder")
deploy labels to onnx("labels_onnx")`);
    models = await ServedModels.open(
      [
        ...[handle("labels").folder!, "other_folder", "labels_onnx", "gpt2", CROSS].map((folder) => ({
          name: null,
          folder,
        })),
        { name: "sixteen", folder: inBf16(handle("labels").folder!) },
      ],
      {
        limits: { ...DEFAULT_LIMITS, queue: 64 },
        folder: book.folder,
        stuck: 6000,
        tell(event) {
          told.push(event);
          if (event.is !== "opened" || early.length !== 4) return;
          opening!.hold(event.name).release();
          early.push(`${String(opening!.ready().ready)}, and one answers`);
        },
        found(all) {
          opening = all;
          const { models: not = {}, ready } = all.ready();
          early.push(
            `${String(ready)}: ${[...new Set(Object.values(not))].join()}`,
            all
              .list()
              .map(({ name }) => name)
              .join(),
          );
          for (const name of ["gpt2", "nobody"])
            try {
              all.hold(name);
            } catch (error) {
              early.push((error as CodedError).code);
            }
        },
      },
    );
  });
  after(async () => {
    await models?.close();
    await book.close();
  });

  const held = <T>(name: string, does: (model: ModelLease["model"]) => Promise<T>) => asking.held(models, name, does);
  const answered = (name: string, texts: readonly PredictionInput[]) => asking.answered(models, name, texts);
  const written = (prompt: string) => asking.written(models, "gpt2", prompt, 6);

  it("predict like the notebook, from runs, deployed folders and graphs", async () => {
    close(await answered("labels", TEXTS), await predicted("labels"), 1e-5);
    close(await answered("other_folder", TEXTS), await predicted("other"), 1e-5);
    close(await answered("labels_onnx", TEXTS), await predicted("labels"), 1e-4);
    assert.deepEqual(models.list().find(({ name }) => name === "labels")!.labels, handle("labels").labels);
  });
  it("run on the engines that auto chooses for inference and for generation", async () => {
    const chosen = await Promise.all(
      [{ answers: true }, { answers: true, precision: "bf16" }, { trains: "none" }].map((work) =>
        preferredEngine(work as EngineWork),
      ),
    );
    const wanted = [...new Set(chosen.map(({ engine }) => engine))];
    // A bf16 model does not change the precision of the others.
    close(await answered("sixteen", TEXTS), await predicted("labels"), 0.05);
    assert.deepEqual(models.running.map(({ name }) => name).sort(), wanted.sort());
    const one = await ServedModels.open(
      [
        { name: null, folder: "other_folder" },
        { name: null, folder: "gpt2" },
      ],
      {
        limits: DEFAULT_LIMITS,
        folder: book.folder,
        engine: { engine: "onnx" },
      },
    );
    try {
      assert.deepEqual(
        one.running.map(({ name }) => name),
        ["onnx"],
      );
      close(await asking.answered(one, "other_folder", TEXTS), await predicted("other"), 1e-5);
    } finally {
      await one.close();
    }
  });
  it("match transformers for a third-party cross-encoder, on pairs and single texts", async () => {
    const { cases, alone } = JSON.parse(readFileSync(new URL("golden/oracle/rerank.json", tests), "utf8")) as Ranked;
    const pairs = cases.map(({ query, text }) => [query, text] as const);
    const said = await held("cross-encoder", (model) => model.predict(pairs, { truncate: true }));
    for (const [i, { tokens, logit }] of cases.entries()) {
      assert.equal(said[i]!.tokens, tokens);
      close(said[i]!.prediction["score"], logit, 1e-4);
    }
    assert.deepEqual(
      said.map(({ cut }) => cut),
      cases.map(({ query, text }) => query.length + text.length > 200),
    );
    close((await answered("cross-encoder", [alone.text]))[0]!["score"], alone.logit, 1e-4);
    const facts = models.list().map(({ name, sort, pairs, ranks }) => [name, sort, pairs, ranks]);
    assert.deepEqual(facts.find(([name]) => name === "cross-encoder"), ["cross-encoder", "number", false, true]); // prettier-ignore
    assert.deepEqual(facts.filter(([, , , ranks]) => ranks).length, 1);
  });
  it("truncate a long text and report it, or reject it", async () => {
    const long = Array.from({ length: 40 }, (_, i) => TEXTS[i % 5]!).join(" ");
    const said = await held("labels", (model) => model.predict(["good", long], { truncate: true }));
    assert.deepEqual(
      said.map(({ tokens, cut }) => ({ tokens, cut })),
      [
        { tokens: 3, cut: false },
        { tokens: 24, cut: true },
      ],
    );
    close(said[1]!.prediction, (await predicted("labels", [long]))[0], 1e-5);
    const refused = held("labels", (model) => model.predict(["good", long], { truncate: false }));
    await assert.rejects(refused, coded("text-too-long", { at: 2, most: 24 }));
    const exact = Array.from({ length: 22 }, () => "good").join(" ");
    assert.equal((await held("labels", (model) => model.predict([exact], { truncate: false })))[0]!.cut, false);
  });
  it("read only the needed part of a text of megabytes, without delaying other requests", async () => {
    const huge = "good bad kind ".repeat(300_000);
    const since = performance.now();
    const many = ["labels", "labels_onnx", "other_folder"].map((name) =>
      held(name, (model) => model.predict([huge], { truncate: true })),
    );
    const refused = assert.rejects(
      held("labels", (model) => model.predict([huge], { truncate: false })),
      coded("text-too-long", { at: 1, most: 24, orMore: true }),
    );
    const spaces = held("labels", (model) => model.predict([`${" ".repeat(3_000_000)}good bad`], { truncate: true }));
    const little = await held("labels", (model) => model.predict(["good"], { truncate: true }));
    assert.ok(performance.now() - since < 5000, "a short text is answered at once");
    assert.deepEqual(little[0]!.prediction, (await predicted("labels", ["good"]))[0]);
    await refused;
    assert.deepEqual((await spaces)[0]!.tokens, 4);
    const [labels] = await Promise.all(many);
    assert.deepEqual(
      labels![0]!.prediction["label"],
      ((await predicted("labels", [huge.slice(0, 1400)]))[0] as unknown as Record<string, unknown>)["label"],
    );
    assert.ok(labels![0]!.cut);
  });
  it("answer concurrent requests separately, within rounding of single predictions", async () => {
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
  it("are not ready if all their computations fail, report why, and reopen automatically", async () => {
    const [text] = TEXTS;
    const asks = { labels: () => answered("labels", [text!]), gpt2: () => written("good") } as const;
    for (const name of ["labels", "gpt2"] as const) {
      const before = await asks[name]();
      const { opened } = models.list().find((one) => one.name === name) as ServableModel;
      // From this point its engine refuses every computation.
      await (opened!.session as EngineSession).dispose();
      for (let time = 1; time <= 3; time++) {
        assert.deepEqual(models.ready(), { ready: true }, `${name}, after ${String(time - 1)}`);
        await assert.rejects(asks[name]());
      }
      const { ready, why = "", models: which = {} } = models.ready();
      assert.ok(!ready && why.startsWith(`${name}: its last 3 computations failed`), why);
      assert.deepEqual(Object.keys(which), [name]);
      await until(() => models.ready().ready);
      assert.deepEqual(await asks[name](), before);
      assert.notEqual((models.list().find((one) => one.name === name) as ServableModel).opened, opened);
      const events = told.filter((one) => "name" in one && one.name === name && one.is === "failing");
      assert.deepEqual(
        events.map((one) => one.is === "failing" && one.again),
        [0],
      );
    }
  });
  it("recover with the first success, without reopening", async () => {
    const { opened } = models.list().find(({ name }) => name === "other_folder") as ServableModel;
    // A request to a program that does not exist.
    const wrong = () => opened!.session.run("no such program", {});
    for (let time = 0; time < 3; time++) await assert.rejects(wrong());
    assert.equal(models.ready().ready, false);
    assert.equal((await answered("other_folder", ["good"])).length, 1);
    assert.ok(models.ready().ready);
    await until(() => told.some((one) => one.is === "well-again" && one.name === "other_folder"));
    assert.equal((models.list().find(({ name }) => name === "other_folder") as ServableModel).opened, opened);
  });
  it("return tokens with their offsets, and texts of tokens", async () => {
    const [tokens] = (await held("labels", (model) => model.tokenize(["was trained"], { specials: true }))) ?? [];
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
  it("open only from complete folders, under unique names", async () => {
    const opening = (...folders: readonly (readonly [string | null, string])[]) =>
      ServedModels.open(
        folders.map(([name, folder]) => ({ name, folder })),
        { limits: DEFAULT_LIMITS, folder: book.folder },
      );
    const run = handle("labels").folder!;
    await assert.rejects(opening(), coded("nothing-to-serve"));
    await assert.rejects(opening([null, run], ["labels", "gpt2"]), coded("same-name", { name: "labels" }));
    mkdirSync(place("empty"));
    await assert.rejects(opening([null, "empty"]), coded("folder-not-served"));
    writeFileSync(place("a file"), "");
    await assert.rejects(opening([null, "a file"]), coded("folder-not-served"));
    await assert.rejects(opening([null, "nowhere"]), coded("folder-not-served"));
    cpSync(run, place("torn"), { recursive: true });
    writeFileSync(place("torn", "plan.json"), "{");
    await assert.rejects(opening([null, "torn"]), coded("run-unreadable"));
    cpSync(run, place("bare"), { recursive: true });
    rmSync(place("bare", "checkpoints"), { recursive: true });
    await assert.rejects(opening([null, "bare"]), coded("run-without-weights"));
    cpSync(place("other_folder"), place("weightless"), { recursive: true });
    rmSync(place("weightless", "model.safetensors"));
    await assert.rejects(opening([null, "weightless"]), coded("deployment-unreadable"));
  });

  /** Eight clients that send requests one after another until stopped; collects their answers. */
  function clients(name: string, text: string) {
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
  it("are replaced under load without rejected requests; then the new one answers", async () => {
    const [text] = TEXTS;
    const [before, after] = [await predicted("labels", [text!]), await predicted("other", [text!])];
    assert.notDeepEqual(before, after);
    const { said, failed, stop } = clients("labels", text!);
    await until(() => said.length > 20);
    const opened = await models.replace("labels", handle("other").folder!);
    const from = said.length;
    await until(() => said.length > from + 20);
    await stop();
    assert.deepEqual(failed, []);
    assert.deepEqual([opened.name, opened.folder], ["labels", handle("other").folder!]);
    close([said[0]], before, 1e-5);
    // In any order: each of the eight clients had at most one request at the old model.
    const is = (one: unknown, wanted: unknown): boolean => {
      try {
        close([one], wanted, 1e-5);
        return true;
      } catch {
        return false;
      }
    };
    const old = said.slice(from).filter((one) => !is(one, after));
    assert.ok(old.length <= 8 && old.every((one) => is(one, before)), JSON.stringify(old));
    await until(() => told.some((one) => one.is === "closed" && one.folder === handle("labels").folder));
    await assert.rejects(models.replace("labels", "empty"), coded("folder-not-served"));
    close(await answered("labels", [text!]), after, 1e-5);
    assert.deepEqual(await models.reload(), []);
  });
  it("are listed before they are open, and become available one by one", () => {
    const all = "labels,other_folder,labels_onnx,gpt2,cross-encoder,sixteen";
    assert.deepEqual(early, [
      "false: it is being opened",
      all,
      "model-opening",
      "no-such-model",
      "false, and one answers",
    ]);
  });
  it("can be aborted while opening, with the processes that compute them", async () => {
    const stop = new AbortController();
    const events: string[] = [];
    const before = children();
    const begun = performance.now();
    let within = Infinity;
    const opened = ServedModels.open(
      ["gpt2", "other_folder"].map((folder) => ({ name: null, folder })),
      {
        limits: DEFAULT_LIMITS,
        folder: book.folder,
        signal: stop.signal,
        tell: ({ is }) => void events.push(is),
        found: () =>
          setTimeout(() => {
            within = performance.now();
            stop.abort();
          }, 20),
      },
    );
    await assert.rejects(opened, { name: "AbortError" });
    assert.ok(within > begun && performance.now() - within < 2000);
    assert.deepEqual(events, []);
    await until(() => children().every((pid) => before.includes(pid)));
  });
  it("recover if their engine is killed under load: coded errors at once, then the same predictions", async () => {
    const [text] = TEXTS;
    const before = await answered("labels", [text!]);
    const { said, failed, stop } = clients("labels", text!);
    await until(() => said.length > 20);
    // The same engine also computes text generation where one engine is preferred for both.
    const [answers, writes] = await Promise.all([
      preferredEngine({ answers: true }),
      preferredEngine({ trains: "none" }),
    ]);
    const apart = answers.engine !== writes.engine;
    const text0 = await written("good");
    process.kill(models.running.find(({ name }) => name === answers.engine)!.pid, "SIGKILL");
    await until(() => failed.length > 20);
    assert.match(models.ready().why ?? "", /^\w+: ./);
    // Models in a separate process or on another engine keep working.
    assert.equal((await answered("labels_onnx", [text!])).length, 1);
    if (apart) assert.equal(await written("good"), text0);
    await until(() => models.ready().ready);
    const from = said.length;
    await until(() => said.length > from + 20);
    await stop();
    assert.deepEqual([...new Set(failed.map(({ code }) => code))].sort(), ["model-opening"]);
    assert.match(failed.at(-1)!.message, /^labels .*\bended\b/);
    close(
      said,
      said.map(() => before[0]),
      1e-5,
    );
    assert.equal((await answered("other_folder", [text!])).length, 1);
    assert.ok(told.some(({ is }) => is === "engine-died") && told.some(({ is }) => is === "engine-back"));
    assert.ok(models.memory().weights > 0 && (models.memory().engine ?? 1) > 0);
    // After a full recovery the next restart is fast again, however often the engine has died.
    const pauses = (): readonly number[] => told.flatMap((one) => (one.is === "engine-died" ? one.again : []));
    await until(() => told.at(-1)?.is === "engine-back");
    const deaths = pauses().length;
    process.kill(models.running.find(({ name }) => name === answers.engine)!.pid, "SIGKILL");
    await until(() => pauses().length > deaths);
    assert.equal(pauses().at(-1), 250);
    await until(() => models.ready().ready);
    close(await answered("labels", [text!]), before, 1e-5);
  });
  it("recover if their engine is alive but unresponsive", async () => {
    const [text] = TEXTS;
    const before = await answered("other_folder", [text!]);
    const { engine } = await preferredEngine({ answers: true });
    const { pid } = models.running.find(({ name }) => name === engine)!;
    process.kill(pid, "SIGSTOP");
    await assert.rejects(answered("other_folder", [text!]), coded("model-opening"));
    await until(() => models.ready().ready);
    assert.deepEqual(await answered("other_folder", [text!]), before);
    assert.ok(told.some(({ is }) => is === "stuck"));
    const [died] = told.filter((one) => one.is === "engine-died").slice(-1);
    assert.equal(died?.why, "it was stuck, and this server ended it");
    assert.notEqual(models.running.find(({ name }) => name === engine)!.pid, pid);
  });
});
