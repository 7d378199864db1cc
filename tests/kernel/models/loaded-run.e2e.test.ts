/**
 * Models trained earlier in another notebook: opened by their run, or from the folder they were saved to. Their answers
 * equal those of the original notebook, number by number.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import { checkpointFile, listCheckpoints } from "#kernel/runs/checkpoints.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const GOOD = ["good", "fine", "great", "warm"];
const BAD = ["bad", "poor", "cold", "grim"];
const rows = [...GOOD, ...BAD].flatMap((word, i) =>
  ["film", "book", "play"].map(
    (of, j) =>
      `a ${word} ${of},${GOOD.includes(word) ? "yes" : "no"},${i * 0.5 + 3},${(i + j) % 3 === 0 ? "test" : (i + j) % 3 === 1 && j === 2 ? "validation" : "train"}`,
  ),
);
const DATA = `
data d { source: csv("d.csv"), columns: { text: text, label: label }, split: by_column(part) }
data n { source: csv("d.csv"), columns: { text: text, score: score }, split: by_column(part) }
recipe r { epochs: 6, batch_size: 4, optimizer: adamw(learning_rate: 5e-3), dropout: 0 }`;
const ASKED = ["a good film", "a grim play", "a warm book"];

describe("previously trained models", function () {
  this.timeout(120_000);
  let first: NotebookOfOne;
  let next: NotebookOfOne;
  const runOf = (name: string): string => basename((first.values.get(name) as ModelHandle).folder!);
  const codes = (text: string, ...wanted: readonly string[]) =>
    assert.rejects(next.run(text), (e: unknown) => {
      assert.ok(e instanceof RefusedError, String(e));
      assert.deepEqual(
        e.diagnostics.filter((d) => d.severity === "error").map((d) => d.code),
        wanted,
      );
      return true;
    });
  const answers = async (book: NotebookOfOne, name: string): Promise<readonly LabelPrediction[]> =>
    (book.values.get(name) as ModelHandle).predict(ASKED);

  before(async () => {
    first = new NotebookOfOne();
    next = new NotebookOfOne();
    writeSmallBert(join(first.folder, "bert"), ["a", "film", "book", "play", ...GOOD, ...BAD]);
    for (const book of [first, next])
      writeFileSync(join(book.folder, "d.csv"), ["text,label,score,part", ...rows].join("\n"));
    await first.run(`${DATA}
model whole { base: "bert", task: text_classification, technique: full, max_length: 16 }
model small { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 16 }
model rated { base: "bert", task: regression, technique: full, max_length: 16 }
model fresh { architecture: bert(layers: 1, hidden: 32, heads: 2), tokenizer: wordpiece(vocabulary: 60), task: fill_mask, max_length: 16 }
train whole, small on d with r
train rated on n with r
train fresh on d with r
model grown { base: fresh, task: text_classification, max_length: 16 }
train grown on d with r { keep: best }
evaluate whole, small, grown on d.test { metrics: [accuracy, loss], worst: 0 }`);
    await first.session.close();
    // The second notebook is in another folder: paths relative to the first notebook must still be found.
    await next.run(DATA);
  });
  after(async () => {
    await Promise.all([first, next].map((book) => book.close()));
  });

  it("load in one line with identical scores and predictions", async () => {
    const from = (name: string): string => JSON.stringify(join(first.runs, runOf(name)));
    await next.run(`
model whole { load: ${from("whole")} }
model small { load: ${from("small")} }
model grown { load: ${from("grown")} }
evaluate whole, small, grown on d.test { metrics: [accuracy, loss], worst: 0 }`);
    const scores = (book: NotebookOfOne) => book.session.evaluations.map(({ model, metrics }) => ({ model, metrics }));
    assert.equal(scores(first).length, 3);
    assert.deepEqual(scores(next), scores(first));
    for (const name of ["whole", "small", "grown"])
      assert.deepEqual(await answers(next, name), await answers(first, name));
    const [then, now] = [first, next].map((book) => book.values.get("small") as ModelHandle);
    assert.deepEqual(now!.history, then!.history);
    assert.deepEqual(now!.labels, ["no", "yes"]);
  });
  it("load by id, path or name in the runs folder, also for later cells", async () => {
    cpSync(join(first.runs, runOf("small")), join(next.runs, runOf("small")), { recursive: true });
    // The run refers to a base next to its notebook, so a copy includes the base.
    cpSync(join(first.folder, "bert"), join(next.folder, "bert"), { recursive: true });
    await next.run(`model byid { load: "${runOf("small")}" }`);
    await next.run(`model byname { load: "small" }\nmodel bypath { load: "runs/${runOf("small")}" }`);
    await next.run(`predict byid on "a good film", "a grim play", "a warm book" as said`);
    const said = next.values.get("said") as readonly LabelPrediction[];
    assert.deepEqual(said, await answers(first, "small"));
    for (const name of ["byname", "bypath"]) assert.deepEqual(await answers(next, name), said);
  });
  it("can be saved, merged and used as a base", async () => {
    const small = next.values.get("small") as ModelHandle;
    assert.equal((await small.save("saved")).holds, "adapter");
    assert.ok((await small.merge("merged")).difference < 1e-4);
    await assert.rejects(next.run('model odd { base: "./saved", task: text_classification }'), /it is an adapter/);
    const card = readFileSync(join(next.folder, "saved", "README.md"), "utf8");
    assert.match(card, /train *\| *\d+/);
    assert.ok(!card.includes(first.folder));
    await next.run(`
model onward { base: whole, task: text_classification, max_length: 16 }
train onward on d with r { epochs: 1, optimizer: adamw(learning_rate: 1e-6) }`);
    const [begun] = (next.values.get("onward") as ModelHandle).history;
    assert.ok(begun!.loss < 0.3, `it begins where whole ended: ${begun!.loss}`);
    // LoRA's weights are merged into the base's first.
    await next.run(`
model further { base: small, task: text_classification, technique: lora(rank: 2), max_length: 16 }
train further on d with r { epochs: 1, optimizer: adamw(learning_rate: 1e-9) }
evaluate small, further on d.test { metrics: [accuracy, loss], worst: 0 }`);
    const [from, to] = next.session.evaluations.slice(-2).map(({ metrics }) => metrics);
    assert.equal(to!["accuracy"], from!["accuracy"]);
    assert.ok(Math.abs(to!["loss"]! - from!["loss"]!) < 1e-4);
  });
  it("predict from a saved folder with the base's head and labels", async () => {
    const whole = next.values.get("whole") as ModelHandle;
    await whole.save("mood");
    await next.run(`
model mood { base: "./mood", task: text_classification, max_length: 16 }
model legal { base: "./merged", task: text_classification, technique: lora(rank: 2), max_length: 16 }
evaluate mood, legal on d.test { metrics: [accuracy, loss], worst: 0 }`);
    const by = (name: string) => next.session.evaluations.findLast(({ model }) => model === name)!.metrics;
    assert.deepEqual(by("mood"), by("whole"));
    assert.equal(by("legal")["accuracy"], by("small")["accuracy"]);
    assert.deepEqual(await answers(next, "mood"), await answers(next, "whole"));
    await next.run(`model rated { load: ${JSON.stringify(join(first.runs, runOf("rated")))} }`);
    await (next.values.get("rated") as ModelHandle).save("rating");
    await next.run(
      `model rating { base: "./rating", task: regression, max_length: 16 }\nevaluate rated, rating on n.test { worst: 0 }`,
    );
    // Mean and deviation of the scores are folded into the head's weights, which rounds.
    for (const [metric, value] of Object.entries(by("rated")))
      assert.ok(Math.abs(by("rating")[metric]! - value) < 1e-4, metric);
  });
  it("predict from a saved folder for other tasks and model families", async () => {
    const lines = (make: (word: string, i: number) => object): string =>
      [...GOOD, ...BAD].map((word, i) => JSON.stringify(make(word, i))).join("\n");
    writeFileSync(
      join(next.folder, "tags.jsonl"),
      lines((word, i) => ({
        tokens: ["a", word, "film"],
        tags: ["O", i < 4 ? "B-good" : "B-bad", "O"],
        labels: i < 4 ? ["good", "film"] : ["film"],
        text: `a ${word} film`,
      })),
    );
    writeFileSync(
      join(next.folder, "asked.jsonl"),
      lines((word) => ({ question: "a film", context: `a ${word} film`, answer: word })),
    );
    await next.run(`
data tagged { source: jsonl("tags.jsonl"), columns: { tokens: tokens, tags: tags } }
data sets { source: jsonl("tags.jsonl"), columns: { text: text, labels: labels } }
data asked { source: jsonl("asked.jsonl"), columns: { question: question, context: context, answer: answer } }
model tokens_m { base: "./bert", task: token_classification, max_length: 16 }
model sets_m { base: "./bert", task: multilabel_classification, max_length: 16 }
model asked_m { base: "./bert", task: question_answering(stride: 2), max_length: 16 }
model mask_m { base: "./bert", task: fill_mask, max_length: 16 }
model roberta_m { architecture: roberta(layers: 1, hidden: 16, heads: 2), tokenizer: wordpiece(vocabulary: 50), task: text_classification, max_length: 16 }
train tokens_m on tagged with r
train sets_m on sets with r
train asked_m on asked with r
train mask_m on d with r { epochs: 1 }
train roberta_m on d with r { epochs: 1 }`);
    const given: Readonly<Record<string, unknown>> = {
      asked_m: { question: "a film", context: "a great film" },
      mask_m: "a [MASK] film",
    };
    const tasks = {
      tokens_m: "token_classification",
      sets_m: "multilabel_classification",
      asked_m: "question_answering(stride: 2)",
      mask_m: "fill_mask",
      roberta_m: "text_classification",
    };
    for (const [name, task] of Object.entries(tasks)) {
      const trained = next.values.get(name) as ModelHandle;
      assert.equal((await trained.save(`kept_${name}`)).holds, "model", name);
      await next.run(`model again_${name} { base: "./kept_${name}", task: ${task}, max_length: 16 }`);
      const ask = (model: unknown) => (model as ModelHandle).predict((given[name] ?? "a good film") as string);
      assert.deepEqual(await ask(next.values.get(`again_${name}`)), await ask(trained), name);
    }
  });
  it("need training if the head is for another task", async () => {
    await codes(
      `model wrong { base: "./mood", task: token_classification }\npredict wrong on "a good film"`,
      "not-trained",
    );
    await codes(
      `model wrong { base: "./rating", task: text_classification }\npredict wrong on "a good film"`,
      "not-trained",
    );
    for (const asked of ['predict other on "a good film"', "evaluate other on d"])
      await assert.rejects(
        next.run(`model other { base: "./mood", task: regression }\n${asked}`),
        (e: RefusedError) => {
          const { code, data } = e.diagnostics.find((one) => one.code === "not-trained") ?? e.diagnostics[0]!;
          assert.equal(code, "not-trained");
          const { notes } = textsOfCode(code, data as never);
          assert.match(
            notes.join("; "),
            /^the base model already has a head for `text_classification` with the labels no, yes:/,
          );
          return true;
        },
      );
    const bare = join(next.folder, "bare");
    cpSync(join(next.folder, "bert"), bare, { recursive: true });
    const config = JSON.parse(readFileSync(join(bare, "config.json"), "utf8")) as object;
    writeFileSync(join(bare, "config.json"), JSON.stringify({ ...config, architectures: ["BertModel"] }));
    await codes(
      `model wrong { base: "./bare", task: text_classification }\npredict wrong on "a good film"`,
      "not-trained",
    );
  });
  it("accept no settings and no training under the loaded name", async () => {
    await codes(`model m { load: "small", task: text_classification, technique: full }`, "loaded-setting");
    await codes(`model m like small { technique.rank: 4 }`, "loaded-setting");
    await codes(`model m { load: "small" }\ntrain m on d with r`, "loaded-model");
    await codes(`model m { load: "small" }\nevaluate m on d.test { metrics: [perplexity] }`, "metric-of-other-task");
  });
  it("load only the best weights, and warn if scores cannot be written", async () => {
    const kept = RunFolder.open(join(next.runs, "kept"));
    cpSync(join(first.runs, runOf("grown")), kept.path, { recursive: true });
    cpSync(join(first.runs, runOf("fresh")), join(next.runs, runOf("fresh")), { recursive: true });
    const best = listCheckpoints(kept).at(-1)!.position.best!;
    const file = checkpointFile(kept, best.step);
    await next.run('model first_of { load: "kept" }');
    const victim = join(next.folder, "victim.txt");
    rmSync(kept.scoresFile, { force: true });
    symlinkSync(victim, kept.scoresFile);
    const shown = await next.run("evaluate first_of on d.test { metrics: [accuracy], worst: 0 }");
    const texts = shown.map(({ bundle }) => String(bundle["text/plain"]));
    assert.match(texts[0]!, /accuracy/);
    assert.match(texts.at(-1)!, /warning\[scores-not-kept\]/);
    assert.ok(!existsSync(victim));
    truncateSync(file, 100);
    await codes('model second_of { load: "kept" }', "weights-truncated");
    rmSync(file);
    await codes('model second_of { load: "kept" }', "run-without-weights");
  });
  it("report why a run cannot be opened", async () => {
    await codes('model m { load: "smal" }', "run-not-found");
    await codes('model m { load: "mood" }', "not-a-run");
    const copy = (name: string): RunFolder => {
      cpSync(join(first.runs, runOf("small")), join(next.runs, name), { recursive: true });
      return RunFolder.open(join(next.runs, name));
    };
    const second = copy("small-2");
    await codes('model m { load: "small" }', "several-runs");
    for (const path of ["", "a\u0000b", "x".repeat(300)])
      await codes(`model m { load: ${JSON.stringify(path)} }`, "run-not-found");
    await next.run(`model slashed { load: "${runOf("small")}/" }`);
    const damage = async (file: string, text: string, code: string): Promise<void> => {
      const path = join(second.path, file);
      const before = readFileSync(path, "utf8");
      writeFileSync(path, text);
      await codes('model m { load: "small-2" }', code);
      writeFileSync(path, before);
    };
    const plan = JSON.parse(readFileSync(join(second.path, "plan.json"), "utf8")) as { recipe: { model: object } };
    const odd = (model: object): string =>
      JSON.stringify({ ...plan, recipe: { ...plan.recipe, model: { ...plan.recipe.model, ...model } } });
    for (const model of [
      { task: null },
      { max_length: -4 },
      { max_length: "lots" },
      { folder: 3 },
      { freeze: 7 },
      { technique: { word: "lora" } },
    ])
      await damage("plan.json", odd(model), "run-unreadable");
    const lock = JSON.parse(readFileSync(join(second.path, "lock.json"), "utf8")) as object;
    for (const more of [{ labels: [1, {}] }, { home: 7 }])
      await damage("lock.json", JSON.stringify({ ...lock, ...more }), "run-unreadable");
    // A FIFO that nobody writes to must not block, neither here nor in the listing of all runs.
    rmSync(join(second.path, "lock.json"));
    execFileSync("mkfifo", [join(second.path, "lock.json")]);
    await codes('model m { load: "small-2" }', "run-unreadable");
    await next.run('model lone { load: "small" }');
    rmSync(join(second.path, "lock.json"));
    writeFileSync(join(second.path, "lock.json"), JSON.stringify(lock));
    rmSync(second.checkpoints, { recursive: true });
    await assert.rejects(next.run('model m { load: "small-2" }'), (e: RefusedError) => {
      const { code, data } = e.diagnostics[0]!;
      const { message, help } = textsOfCode(code, data as never);
      assert.equal(code, "run-without-weights");
      assert.match(message, /^the run small-2 .*\ball 6\b/);
      assert.match(help!, /^restore its folder `checkpoints` from a copy/);
      return true;
    });
    const log = readFileSync(second.eventsFile, "utf8");
    writeFileSync(second.eventsFile, log.replace(/^.*"kind":"checkpoint".*\n/gm, ""));
    await assert.rejects(next.run('model m { load: "small-2" }'), (e: RefusedError) => {
      assert.match(
        textsOfCode(e.diagnostics[0]!.code, e.diagnostics[0]!.data as never).help!,
        /it ended before its first checkpoint$/,
      );
      return e.diagnostics[0]!.code === "run-without-weights";
    });
    writeFileSync(second.eventsFile, log);
    mkdirSync(second.checkpoints);
    writeFileSync(join(second.path, "plan.json"), "{ torn");
    await codes('model m { load: "small-2" }', "run-unreadable");
    rmSync(second.path, { recursive: true });
    renameSync(join(next.folder, "bert"), join(next.folder, "moved"));
    cpSync(join(next.folder, "mood"), join(next.folder, "bert"), { recursive: true });
    const other = new NotebookOfOne();
    cpSync(join(next.folder, "bert"), join(other.folder, "bert"), { recursive: true });
    cpSync(join(first.runs, runOf("small")), join(other.runs, "small-3"), { recursive: true });
    await assert.rejects(
      other.run('model m { load: "small-3" }'),
      (e: RefusedError) => e.diagnostics[0]!.code === "base-changed",
    );
    await other.close();
  });
});
