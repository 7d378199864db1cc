/**
 * A reopened model's knowledge of its past: its training rows, answers among them, and how much of a text it reads.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import { scoreDoubtNotes } from "#kernel/inference/measuring/doubtful-scores.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeSmallBert } from "./small-bert.js";

const LEARNT = "learnt.json";
const WORDS = ["good", "fine", "bad", "poor"];
const THINGS = Array.from({ length: 40 }, (_, i) => `w${i}`);
const line = (i: number): string => `a ${WORDS[i % 4]!} ${THINGS[i % 40]!} film`;
/** Three of four labels are "yes"; scores are mostly 0, and 10 for some rows. */
const labelOf = (i: number): string => (i % 4 === 3 ? "no" : "yes");
const scoreOf = (i: number): number => (i % 3 === 0 ? 10 : 0);

describe("reloaded model", function () {
  this.timeout(240_000);
  let first: NotebookOfOne;
  let next: NotebookOfOne;
  const folderOf = (name: string, book = first): string => (book.values.get(name) as ModelHandle).folder!;
  const model = (name: string, book = next): ModelHandle => book.values.get(name) as ModelHandle;
  const shown = async (text: string, book = next): Promise<string> =>
    (await book.run(text)).map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
  const rows = (count: number, from: number): string =>
    [
      "text,label,score",
      ...Array.from({ length: count }, (_, i) => i + from).map((i) => `${line(i)},${labelOf(i)},${scoreOf(i)}`),
    ].join("\n");

  before(async () => {
    first = new NotebookOfOne();
    next = new NotebookOfOne();
    writeSmallBert(join(first.folder, "bert"), ["a", "film", "new", ...WORDS, ...THINGS]);
    // There are 30 training rows. The evaluated rows include 20 of them among 50, in other capitals, and mostly have
    // the rarer label.
    writeFileSync(join(first.folder, "train.csv"), rows(30, 0));
    const asked = Array.from({ length: 50 }, (_, i) =>
      i < 20
        ? `A  ${line(i).slice(2).toUpperCase()},${labelOf(i)},${scoreOf(i)}`
        : `a new ${line(i).slice(2)} ${THINGS[i - 20]!},no,10`,
    );
    for (const book of [first, next])
      writeFileSync(join(book.folder, "asked.csv"), ["text,label,score", ...asked].join("\n"));
    writeFileSync(join(next.folder, "more.csv"), rows(10, 30));
    cpSync(join(first.folder, "train.csv"), join(next.folder, "train.csv"));
    await first.run(`
data d { source: csv("train.csv"), columns: { text: text, label: label } }
data n { source: csv("train.csv"), columns: { text: text, score: score } }
recipe r { epochs: 2, batch_size: 8, optimizer: adamw(learning_rate: 2e-3), dropout: 0 }
model whole { base: "bert", task: text_classification, max_length: 5 }
model small { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 5 }
model rated { base: "bert", task: regression, max_length: 16 }
train whole, small on d with r
train rated on n with r { epochs: 1, optimizer: adamw(learning_rate: 1e-9) }`);
    await first.session.close();
    await next.run(`
data asked { source: csv("asked.csv"), columns: { text: text, label: label } }
data asked_n { source: csv("asked.csv"), columns: { text: text, score: score } }
data more { source: csv("more.csv"), columns: { text: text, label: label } }
recipe r { epochs: 1, batch_size: 8, optimizer: adamw(learning_rate: 1e-4), dropout: 0 }
model whole { load: ${JSON.stringify(folderOf("whole"))} }
model small { load: ${JSON.stringify(folderOf("small"))} }
model rated { load: ${JSON.stringify(folderOf("rated"))} }`);
  });
  after(async () => {
    await Promise.all([first, next].map((book) => book.close()));
  });

  const warned = (of: string, name: string): string =>
    new RegExp(`warning\\[scored-learnt-rows\\]: (.*\`${name}\`.*)`).exec(of)?.[1] ?? "";
  it("warns about scored rows it was trained on, with their number", async () => {
    const told = await shown("evaluate whole, small on asked { metrics: [accuracy], worst: 0 }");
    assert.match(warned(told, "whole"), /^20 of the 50 scored rows of asked .*`whole` \(run whole-/);
    assert.match(warned(told, "small"), /^20 of the 50 scored rows /);
    assert.doesNotMatch(await shown("evaluate whole on more { metrics: [accuracy], worst: 0 }"), /scored-learnt-rows/);
  });
  it("warns about rows of earlier trainings, continued from a run, a folder or an adapter", async () => {
    await model("whole").save("mood");
    await model("small").merge("merged");
    await model("small").save("adapter");
    await next.run(`
model from_run { base: whole, task: text_classification }
model from_folder { base: "./mood", task: text_classification, technique: lora(rank: 2) }
model from_merged { base: "./merged", task: text_classification }
model from_adapter { base: ${JSON.stringify(join(first.folder, "bert"))}, task: text_classification, technique: lora(rank: 2, from: "./adapter") }
model as_it_is { base: "./mood", task: text_classification }
train from_run, from_folder, from_merged, from_adapter on more with r`);
    for (const [name, of] of Object.entries({
      from_run: "whole",
      from_folder: "whole",
      from_merged: "small",
      from_adapter: "small",
      as_it_is: "whole",
    })) {
      const told = await shown(`evaluate ${name} on asked { metrics: [accuracy], worst: 0 }`);
      assert.match(warned(told, name), new RegExp(`^20 of the 50 scored rows .* \\(run ${of}-`), name);
    }
    const own = await shown("evaluate from_run on more { metrics: [accuracy], worst: 0 }");
    assert.match(warned(own, "from_run"), /^10 of the 10 scored rows .* \(run from_run-/);
  });
  it("warns about token rows too", async () => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => ({
        tokens: line(i + from).split(" "),
        tags: line(i + from)
          .split(" ")
          .map(() => "O"),
      }))
        .map((row) => JSON.stringify({ ...row, tags: ["B-it", ...row.tags.slice(1)] }))
        .join("\n");
    writeFileSync(join(next.folder, "words.jsonl"), lines(0, 12));
    writeFileSync(join(next.folder, "other.jsonl"), lines(8, 20));
    await next.run(`
data words { source: jsonl("words.jsonl"), columns: { tokens: tokens, tags: tags } }
data other { source: jsonl("other.jsonl"), columns: { tokens: tokens, tags: tags } }
model tagger { base: ${JSON.stringify(join(first.folder, "bert"))}, task: token_classification, max_length: 16 }
train tagger on words with r`);
    const told = await shown("evaluate tagger on other { metrics: [accuracy], worst: 0 }");
    assert.match(warned(told, "tagger"), /^4 of the 12 scored rows /);
  });
  it("warns about the training split above its scores", async () => {
    await next.run(`
data parts { source: csv("train.csv"), columns: { text: text, label: label }, split: random(train: 60%, test: 40%) }
model m { base: "./mood", task: text_classification }
train m on parts with r`);
    const told = await shown("evaluate m on parts.train { metrics: [accuracy], worst: 0 }");
    assert.match(warned(told, "m"), /^18 of the 18 scored rows of parts.train .* \(run m-/);
    assert.ok(told.indexOf("scored-learnt-rows") < told.indexOf("accuracy"), told);
    // The base was trained on the other rows.
    assert.match(
      warned(await shown("evaluate m on parts.test { metrics: [accuracy], worst: 0 }"), "m"),
      /^12 of the 12 scored rows .* \(run whole-/,
    );
  });
  it("is compared with the constant prediction of its training rows, not of the scored rows", async () => {
    const told = await shown("evaluate whole on asked { metrics: [accuracy], worst: 0 }");
    assert.match(told, /always “yes”: the best constant prediction, by the training rows/);
    assert.match(
      await shown("evaluate as_it_is on asked { metrics: [accuracy], worst: 0 }"),
      /always “yes”: .* by the training rows/,
    );
    // Without the record, as in older runs, the scored rows define the constant baseline, and no leak is reported.
    const old = join(next.folder, "old");
    cpSync(folderOf("whole"), old, { recursive: true });
    rmSync(join(old, LEARNT));
    const lock = JSON.parse(readFileSync(join(old, "lock.json"), "utf8")) as object;
    writeFileSync(join(old, "lock.json"), JSON.stringify({ ...lock, home: first.folder }));
    await next.run('model old { load: "./old" }');
    const before = await shown("evaluate old on asked { metrics: [accuracy], worst: 0 }");
    assert.doesNotMatch(before, /scored-learnt-rows/);
    assert.match(before, /always “no”: .* by these rows/);
    // A torn record, or one in another format, is ignored.
    for (const text of ["{ torn", "[]", '{"version":1,"model":"whole","answers":{"label":[["yes",-1]]},"rows":[]}']) {
      writeFileSync(join(old, LEARNT), text);
      assert.match(await shown("evaluate old on asked { metrics: [accuracy], worst: 0 }"), /by these rows/);
    }
  });
  it("is compared with the best constant per metric: the mean, or the median for absolute errors", async () => {
    const told = await shown("evaluate rated on asked_n { worst: 0 }");
    // Returns the table row, not the summary line above it.
    const cell = (name: string): string =>
      told.split("\n").find((one) => one.startsWith(`${name} `) && !one.includes(" · ")) ?? "";
    assert.match(told, /^metric +rated +always 3\.33\d*, the mean$/m);
    assert.match(told, /by the training rows/);
    const scores = Array.from({ length: 50 }, (_, i) => (i < 20 ? scoreOf(i) : 10));
    const mae = scores.reduce((sum, score) => sum + score, 0) / 50;
    assert.match(cell("mean_absolute_error"), new RegExp(` ${mae.toFixed(4)} \\(always 0, the median\\)$`));
    const rmse = Math.sqrt(scores.reduce((sum, score) => sum + (score - 10 / 3) ** 2, 0) / 50);
    assert.match(cell("root_mean_squared_error"), new RegExp(` ${rmse.toFixed(4)}$`));
    const alone = await shown("evaluate rated on asked_n { metrics: [mean_absolute_error], worst: 0 }");
    assert.match(alone, /^metric +rated +always 0, the median$/m);
  });
  it("is reported as predicting near the mean, with both standard deviations", () => {
    const doubts = (said: number) =>
      scoreDoubtNotes("m", { spread: { predicted: said, truth: 1.25, mean: 3.5 } }, null);
    assert.deepEqual(doubts(0.25), [
      "m predicts nearly the same for every row: its predictions are around 3.5000 with a standard deviation of 0.2500, the true values have 1.2500 (20 % of it)",
    ]);
    assert.deepEqual(doubts(0.4), []);
  });
  it("is reported with how often it predicts one answer and how often that answer is right", () => {
    const commonest = { answer: "“yes”", given: 0.968, right: 0.571 };
    assert.deepEqual(scoreDoubtNotes("m", { commonest }, null), [
      "m predicts “yes” for 96.8 % of the rows; it is correct for 57.1 % of the rows",
    ]);
  });
  it("truncates text to its trained length unless the program sets another", async () => {
    const settings = (folder: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(next.folder, folder, "tokenizer_config.json"), "utf8")) as Record<string, unknown>;
    for (const folder of ["mood", "merged"]) assert.equal(settings(folder)["model_max_length"], 5);
    assert.equal(settings("mood")["mask_token"], "[MASK]");
    assert.equal(model("as_it_is").plan.max_length, 5);
    await next.run('model longer { base: "./mood", task: text_classification, max_length: 9 }');
    assert.equal(model("longer").plan.max_length, 9);
    const asked = ["a new good w1 film w2", "a bad w3 film"];
    assert.deepEqual(await model("as_it_is").predict(asked), await model("whole").predict(asked));
    assert.equal(model("from_run").plan.max_length, 5);
  });
  it("is not saved over another model's folder unless requested", async () => {
    const is = (code: string) => (e: unknown) => (e as { code?: string }).code === code;
    const bytes = readFileSync(join(next.folder, "mood", "model.safetensors"));
    await model("whole").save("mood");
    await assert.rejects(model("from_run").save("mood"), is("folder-of-another"));
    await assert.rejects(model("small").merge("mood"), is("folder-of-another"));
    cpSync(join(first.folder, "bert"), join(next.folder, "bert"), { recursive: true });
    await assert.rejects(model("whole").save("bert"), is("folder-of-another"));
    assert.deepEqual(readFileSync(join(next.folder, "mood", "model.safetensors")), bytes);
    await model("whole").save("mood");
    assert.ok(existsSync(join(next.folder, "mood", LEARNT)));
    await assert.rejects(model("whole").save("mood", { replaces: true } as never), is("bad-option"));
    await model("from_run").save("mood", { replace: true });
    assert.notDeepEqual(readFileSync(join(next.folder, "mood", "model.safetensors")), bytes);
    await model("small").save("adapter");
    await assert.rejects(model("from_adapter").save("adapter"), is("folder-of-another"));
    for (const place of ["more.csv", "more.csv/in", "more.csv/in/it"]) {
      for (const name of ["whole", "small"])
        await assert.rejects(model(name).save(place, { replace: true }), is("cannot-write"), `${name} ${place}`);
      await assert.rejects(model("small").merge(place), is("cannot-write"), place);
    }
    for (const place of ["", " ", "a\0b", undefined]) {
      await assert.rejects(model("whole").save(place as string), is("bad-option"));
      await assert.rejects(model("small").merge(place as string), is("bad-option"));
    }
    mkdirSync(join(next.folder, "empty"));
    await model("whole").save("empty");
  });
  it("is loaded by a path of its runs folder and training name", async () => {
    const day = join(next.folder, "day1", "runs");
    for (const name of ["whole", "small"])
      cpSync(folderOf(name), join(day, folderOf(name).split("/").at(-1)!), { recursive: true });
    cpSync(join(first.folder, "bert"), join(next.folder, "day1", "bert"), { recursive: true });
    await next.run('model by_path { load: "day1/runs/whole" }');
    assert.deepEqual(
      await model("by_path").predict(["a good w1 film"]),
      await model("whole").predict(["a good w1 film"]),
    );
    await assert.rejects(next.run('model nobody { load: "day1/runs/who" }'), (e: RefusedError) => {
      const data = e.diagnostics[0]!.data as { readonly runs: string; readonly has: readonly string[] };
      return e.diagnostics[0]!.code === "run-not-found" && data.runs === day && data.has.length === 2;
    });
    renameSync(join(next.folder, "day1", "bert"), join(next.folder, "day1", "moved"));
    const fresh = new NotebookOfOne();
    await assert.rejects(
      fresh.run(`model m { load: ${JSON.stringify(join(day, folderOf("small").split("/").at(-1)!))} }`),
      (e: RefusedError) => {
        const { code, data } = e.diagnostics[0]!;
        assert.deepEqual([code, (data as { base: string }).base], ["run-base-gone", "bert"]);
        return (data as { was: string }).was.endsWith("day1/bert");
      },
    );
    await fresh.close();
  });
  it("starts from the base's head matched by label names, and reports other labels", async () => {
    cpSync(join(first.folder, "bert"), join(next.folder, "named"), { recursive: true });
    await model("whole").save("head");
    const config = join(next.folder, "head", "config.json");
    const said = JSON.parse(readFileSync(config, "utf8")) as Record<string, unknown>;
    assert.deepEqual(said["id2label"], { 0: "no", 1: "yes" });
    const named = (folder: string, labels: readonly string[]): void => {
      cpSync(join(next.folder, "head"), join(next.folder, folder), { recursive: true });
      const id2label = Object.fromEntries(labels.entries());
      const label2id = Object.fromEntries(labels.map((label, i) => [label, i]));
      writeFileSync(join(next.folder, folder, "config.json"), JSON.stringify({ ...said, id2label, label2id }));
    };
    named("turned", ["yes", "no"]);
    named("other", ["warm", "cold"]);
    const still = "with r { optimizer: adamw(learning_rate: 1e-12) }";
    const told = await shown(`
model as_said { base: "./turned", task: text_classification }
model turned { base: "./turned", task: text_classification }
model other { base: "./other", task: text_classification }
train turned on more ${still}
train other on more ${still}`);
    // The new head replaces the folder's head, so the plan counts only one of them.
    const planned = (name: string, book = next): number =>
      (JSON.parse(readFileSync(join(folderOf(name, book), "plan.json"), "utf8")) as Plan).estimates.parameters;
    for (const name of ["turned", "other"]) assert.equal(planned(name), planned("whole", first), name);
    const asked = ["a good w1 film", "a poor w3 film"];
    const by = (name: string) => model(name).predict<LabelPrediction>(asked);
    const [as_said, turned] = [await by("as_said"), await by("turned")];
    // As in the folder, the first output is "yes".
    as_said.forEach(({ probabilities }, i) => {
      assert.ok(Math.abs(probabilities["yes"]! - turned[i]!.probabilities["yes"]!) < 1e-5);
    });
    assert.ok(Math.abs(as_said[0]!.probabilities["yes"]! - 0.5) > 1e-3);
    assert.equal(told.match(/warning\[head-not-kept\]/g)?.length, 1);
    assert.match(told, /warning\[head-not-kept\]: .*\.\/other.*warm, cold.*no, yes/);
    const whole = await by("whole");
    const other = await by("other");
    assert.ok(Math.abs(whole[0]!.probabilities["no"]! - other[0]!.probabilities["no"]!) > 1e-3);
  });
});
