/**
 * `update`: training continues from the model's weights, the head grows, rows are replayed, and interrupted updates
 * resume.
 */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { lockRun } from "#kernel/runs/run-lock.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { bundleOfProgram, bundleOfRun } from "#kernel/apps/checking/bundled-program.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { replay } from "#kernel/features/replay/replay.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { continualWeightsFile, readContinualState, readExemplars } from "#kernel/runs/continual-state.js";
import { OpenModelCache } from "#kernel/models/open-models.js";
import { readBeforeAfterScores } from "#kernel/runs/before-after-scores.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { hasCodes, type NotebookOfOne } from "../../session/notebook-of-one.js";
import { floatsOf, recipe, threeDataSets, type Exemplars } from "./three-data-sets.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
type Answered = { readonly probabilities: Readonly<Record<string, number>> };
describe("update statement", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const stepsPlanned = (name: string): number => model(name).weights!.plan.estimates.steps;
  const fileOf = (name: string): string => model(name).weights!.checkpoint.file;
  before(async () => {
    book = await threeDataSets();
  });
  after(() => book.close());

  it("starts from the weights of the named model, whatever ran since, and shows the score of each data set", async () => {
    const shown = text(await book.run(`update m on e, f as once { ${recipe}, strategy: naive }`));
    const again = text(await book.run(`update m on e, f as twice { ${recipe}, strategy: naive }`));
    const matrix = /after +d\.validation +e\.validation +f\.validation\n─+\n(?:.+\n){4}/;
    const [table] = matrix.exec(shown.slice(shown.lastIndexOf("accuracy of once"))) ?? [];
    assert.ok(table, shown);
    // Forgetting counts answers that were right before the first data set, or right after the data set was learned.
    const told = shown.slice(shown.lastIndexOf("once has forgotten"));
    assert.match(
      told,
      /d\.validation: of \d+ correct predictions after m \(before\), \d+ are wrong now \(.*?95 % interval .*?\)/,
    );
    assert.match(told, /e\.validation: of \d+ correct predictions after e, \d+ are wrong now/);
    assert.match(told, /correct predictions [+−]\d+\.\d points \(95 % interval [+−]/);
    const lost = readContinualState(model("once").folder!)!.said!;
    assert.deepEqual(
      lost.map((said) => said?.length),
      [16, 8, 8],
    );
    assert.equal(matrix.exec(again.slice(again.lastIndexOf("accuracy of twice")))?.[0], table);
    for (const name of Object.keys(readHeader(fileOf("once")).tensors))
      assert.deepEqual(floatsOf(fileOf("once"), name), floatsOf(fileOf("twice"), name), name);
    assert.equal(model("once").folder, model("once_2").folder);
    assert.notEqual(model("once").weights!.plan.recipeHash, model("once_1").weights!.plan.recipeHash);
    // The constant baseline uses the labels of these rows, not those of the most recent data.
    assert.match(text(await book.run("evaluate once on d.validation")), /always “(yes|no)”/);
  });

  it("preserves the order of old labels, and adds new ones after them", async () => {
    assert.deepEqual([...model("m").labels].sort(), ["no", "yes"]);
    const labels = [...model("m").labels, "maybe", "never", "often"];
    assert.deepEqual(model("once_1").labels.slice(0, 2), model("m").labels);
    assert.deepEqual([...model("once").labels].slice(0, 3), labels.slice(0, 3));
    assert.deepEqual([...model("once").labels].sort(), [...labels].sort());
    const { shape } = readHeader(fileOf("once")).tensors["classifier.weight"]!;
    assert.equal(shape[0], 5);
    const said = await model("once").predict(["a good film w3"]);
    assert.ok(labels.includes(String((said[0] as unknown as { label: string }).label)));
  });

  it("leaves the model unchanged with a negligible learning rate", async () => {
    // With a learning rate close to zero, any difference would come from the initial weights of the first task.
    await book.run(
      `update m on e as still { steps: 1, batch_size: 8, optimizer: sgd(learning_rate: 1e-12, momentum: 0), keep: last, strategy: naive }`,
    );
    const [before, after] = [fileOf("m"), fileOf("still")];
    for (const name of Object.keys(readHeader(after).tensors).filter((one) => !/^(?:adam|sgd)\./.test(one))) {
      const [had, has] = [floatsOf(before, name), floatsOf(after, name)];
      had.forEach((value, i) => assert.ok(Math.abs(value - has[i]!) < 1e-7, `${name}[${String(i)}]`));
    }
  });

  it("trains without its start model in memory if the two share no weights", async () => {
    const open = new Set<string>();
    let most = 0;
    const { add, forget } = OpenModelCache.prototype;
    OpenModelCache.prototype.add = function (key, ...rest) {
      open.add(key);
      most = Math.max(most, open.size);
      return add.call(this, key, ...rest);
    };
    OpenModelCache.prototype.forget = function (key) {
      open.delete(key);
      return forget.call(this, key);
    };
    try {
      await book.run(`train m on d as whole { steps: 1, batch_size: 8 }`);
      most = 0;
      await book.run(`update whole on e as alone_1 { steps: 1, batch_size: 8, strategy: naive }`);
    } finally {
      Object.assign(OpenModelCache.prototype, { add, forget });
    }
    assert.equal(most, 1);
  });

  it("replays rows of earlier data, which are stored with the run", async () => {
    await book.run(`update m on e, f as kept { ${recipe}, strategy: replay(25%) }`);
    const first = readExemplars(model("kept_1").folder!);
    const rows = { d: 48, e: 24 };
    const of = (exemplars: readonly { readonly data: string }[], data: string) =>
      exemplars.filter((one) => one.data === data);
    assert.equal(of(first, "d").length, rows.d / 4);
    assert.equal(of(first, "e").length, rows.e / 4);
    assert.ok(first.every(({ roles }) => typeof roles["text"] === "string" && typeof roles["label"] === "string"));
    assert.equal(model("kept_1").history.length, 2 * Math.ceil((rows.e + rows.d / 4) / 8));
    const second = readExemplars(model("kept_2").folder!);
    for (const name of ["kept_1", "kept_2"]) assert.equal(stepsPlanned(name), model(name).history.length, name);
    assert.equal(model("kept_2").weights!.plan.estimates.kept?.rows, first.length);
    assert.deepEqual(second.slice(0, first.length), first);
    await book.run(`update kept on e as later { ${recipe}, strategy: replay(25%) }`);
    assert.equal(model("later_1").history.length, 2 * Math.ceil((rows.e + second.length) / 8));
    assert.equal(stepsPlanned("later_1"), model("later_1").history.length);
    await book.run(`model found { load: "kept" }\nupdate found on e as after { ${recipe}, strategy: replay(25%) }`);
    assert.equal(stepsPlanned("after_1"), model("after_1").history.length);
  });

  it("supports pairs whose texts are encoded separately, for all of them or a sample", async () => {
    const pairs = (from: number): string =>
      Array.from(
        { length: 24 },
        (_, i) => `text ${String(from + i)},text ${String(from + i + (i % 3))},${String(1 - (i % 3) / 2)}`,
      ).join("\n");
    writeFileSync(join(book.folder, "pairs.csv"), `one,two,score\n${pairs(0)}`);
    writeFileSync(join(book.folder, "more.csv"), `one,two,score\n${pairs(100)}`);
    await book.run(`data p { source: csv("pairs.csv"), columns: { text: one, text_pair: two, score: score }, split: random(train: 75%, validation: 25%) }
data q like p { source: csv("more.csv") }
model s { base: "bert", task: sentence_similarity(loss: cosine), technique: lora(rank: 2), max_length: 16 }
train s on p { epochs: 1, batch_size: 8 }`);
    for (const ewc of ["ewc(10)", "ewc(10, rows: 5)"]) {
      await book.run(`update s on q as pairs { epochs: 1, batch_size: 8, strategy: ${ewc} }`);
      const state = continualWeightsFile(model("pairs").folder!);
      const squares = Object.keys(readHeader(state).tensors).filter((name) => name.includes("fisher"));
      assert.ok(squares.length > 0, Object.keys(readHeader(state).tensors).join());
      for (const name of squares)
        assert.ok(
          floatsOf(state, name).some((x) => x > 0),
          name,
        );
    }
  });

  it("distils its earlier predictions on new rows, except for labels unknown then", async () => {
    const sgd = recipe.replace(/adamw\(.*?\)/, "sgd(learning_rate: 0.05, momentum: 0)");
    // With a high distillation strength the model's old answers hardly move. With a negligible strength the result
    // equals that without distillation.
    await book.run(`update m on e as alone { ${sgd}, strategy: naive }
update m on e as hardly { ${sgd}, strategy: lwf(1e-9) }
update m on e as taught { ${sgd}, strategy: lwf(20, temperature: 1) }`);
    const texts = ["a good film w3", "very bad book w41", "a fine book w50", "very poor film w9"];
    const old = model("m").labels;
    // Returns probabilities normalised over the old labels.
    const said = async (name: string) => {
      const all = await model(name).predict(texts);
      return (all as unknown as readonly { readonly probabilities: Readonly<Record<string, number>> }[]).flatMap(
        ({ probabilities }) => {
          const sum = old.reduce((total, label) => total + probabilities[label]!, 0);
          return old.map((label) => probabilities[label]! / sum);
        },
      );
    };
    const far = async (a: string, b: string) => {
      const [x, y] = [await said(a), await said(b)];
      return Math.max(...x.map((one, i) => Math.abs(one - y[i]!)));
    };
    assert.ok((await far("hardly", "alone")) < 1e-4);
    assert.ok((await far("taught", "m")) < (await far("alone", "m")) / 3);
    assert.deepEqual(readdirSync(join(model("taught").folder!, "carried")).sort(), [
      "carried.json",
      "memory.jsonl",
      "state.safetensors",
    ]);
  });

  it("replays stored rows with the logits recorded when they were learned", async () => {
    await book.run(`update m on e, f as dark { ${recipe}, strategy: der(0.5, 0.5, 25%) }`);
    const [first, second] = ["dark_1", "dark_2"].map((name) => readExemplars(model(name).folder!)) as [
      Exemplars,
      Exemplars,
    ];
    // The number of updates depends on the new rows only, however many replayed rows are added.
    assert.equal(model("dark_1").history.length, 2 * Math.ceil(24 / 8));
    assert.deepEqual(
      first.map(({ said }) => said?.length),
      [...Array<number>(12).fill(2), ...Array<number>(6).fill(5)],
    );
    assert.deepEqual(second.slice(0, first.length), first);
    const begun = await model("m").predict([String(first[0]!.roles["text"])]);
    const [{ probabilities }] = begun as unknown as [{ readonly probabilities: Readonly<Record<string, number>> }];
    const [a, b] = first[0]!.said as [number, number];
    const [yes, no] = model("m").labels.map((label) => probabilities[label]!) as [number, number];
    assert.ok(Math.abs(Math.log(yes / no) - (a - b)) < 1e-3, "what the model said that the update began with");
    await book.run(
      `update dark on e as darker { ${recipe.replace("batch_size: 8", "batch_size: 4, accumulate: 2")}, strategy: [der(0.5, 0.5, 25%), lwf, si] }`,
    );
    const later = readExemplars(model("darker").folder!);
    const shared = second.filter(({ data }) => data !== "e");
    assert.deepEqual(later.slice(0, shared.length), shared, "what was said of rows stays as it was");
    assert.equal(model("darker").history.length, 2 * Math.ceil(24 / 8));
  });

  it("trains on streamed rows by their type, and scores them in any cell order", async () => {
    await book.run(`data g { source: csv("third.csv", stream: true), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }
update m on f as held_in { ${recipe}, strategy: naive }
update m on g as streamed { ${recipe}, strategy: naive }`);
    const [here, there] = ["held_in", "streamed"].map((name) => readContinualState(model(name).folder!));
    assert.deepEqual(here?.labels, there?.labels);
    // With the data's own label numbers the predictions would be the first two labels of the head.
    for (const name of ["held_in", "streamed"]) {
      const said = await model(name).predict(["a good film w40", "very bad book w41", "a fine book w50"]);
      for (const { label } of said as unknown as readonly { readonly label: string }[])
        assert.ok(["often", "never"].includes(label), `${name}: ${label}`);
    }
    await assert.rejects(book.run(`update m on e, g as no { ${recipe}, strategy: replay(25%) }`), /streamed from disk/);
    assert.equal(readdirSync(book.runs).filter((id) => id.startsWith("no_")).length, 0);
  });

  it("adds LoRA ranks for each data set, and leaves earlier ones unchanged bit for bit", async () => {
    const few = "steps: 3, batch_size: 8, keep: last";
    await book.run(`model l like m { technique: lora(rank: 2) }
train l on d { ${few} }
update l on e, f as wide { ${few}, strategy: o_lora }`);
    const load = JSON.stringify(model("wide").folder);
    const shown = text(
      await book.run(`model loaded { load: ${load} }
update loaded on e as wider { ${few}, strategy: [o_lora(rank: 1), l2, si] }`),
    );
    assert.match(shown, /rank: 7/);
    assert.match(shown, /6 of earlier data and 1 of these/);
    const names = Object.keys(readHeader(fileOf("l")).tensors).filter((one) => /^[^/]*\.lora_[AB]\.weight$/.test(one));
    assert.ok(names.length > 3);
    const first = (name: string, tensor: string, ranks: number): Float32Array => {
      const width = readHeader(fileOf(name)).tensors[tensor]!.shape[1]!;
      const all = floatsOf(fileOf(name), tensor);
      return tensor.includes("lora_A") ? all.slice(0, ranks * width) : all.filter((_, i) => i % width < ranks);
    };
    for (const [earlier, later, ranks] of [
      ["l", "wide_1", 2] as const,
      ["wide_1", "wide_2", 4] as const,
      ["wide", "wider", 6] as const,
    ])
      for (const name of names)
        assert.deepEqual(first(later, name, ranks), floatsOf(fileOf(earlier), name), `${later}, ${name}`);
    // The new ranks have learned something, too.
    const learnt = (name: string) => floatsOf(fileOf("wide_1"), name).some((one, i) => i % 4 > 1 && one !== 0);
    assert.ok(names.filter((name) => name.includes("lora_B")).every(learnt));
    const adapter = readFileSync(join(model("wider").folder!, "adapter", "adapter_config.json"), "utf8");
    const { r, lora_alpha, peft_type } = JSON.parse(adapter) as Readonly<Record<string, unknown>>;
    assert.deepEqual([r, lora_alpha, peft_type], [7, 14, "LORA"]);
    // The merged model gives the same outputs as its parts together.
    await model("wider").merge("wider_whole");
    const asked = ["a good film w3", "very bad book w41"];
    await book.run(`model merged { base: "./wider_whole", task: text_classification, max_length: 16 }
predict merged on "${asked[0]!}" as said_merged`);
    const [parts] = (await model("wider").predict(asked)) as unknown as readonly Answered[];
    const [whole] = book.values.get("said_merged") as readonly Answered[];
    for (const [label, one] of Object.entries(parts!.probabilities))
      assert.ok(Math.abs(one - whole!.probabilities[label]!) < 1e-5, label);
  });

  it("trains a LoRA adapter per data set with lora_per_task, and routes each row to one", async () => {
    const few = "steps: 3, batch_size: 8, keep: last";
    await book.run(`model p like m { technique: lora(rank: 2) }
train p on d { ${few} }
update p on e, f as apart { ${few}, strategy: lora_per_task }`);
    const names = Object.keys(readHeader(fileOf("p")).tensors).filter((one) => /^[^/]*\.lora_[AB]\.weight$/.test(one));
    assert.ok(names.length > 3);
    for (const [earlier, later, ranks] of [["p", "apart_1", 2] as const, ["apart_1", "apart_2", 4] as const])
      for (const name of names) {
        const width = readHeader(fileOf(later)).tensors[name]!.shape[1]!;
        const all = floatsOf(fileOf(later), name);
        const first = name.includes("lora_A") ? all.slice(0, ranks * width) : all.filter((_, i) => i % width < ranks);
        assert.deepEqual(first, floatsOf(fileOf(earlier), name), `${later}, ${name}`);
      }
    assert.deepEqual([...floatsOf(fileOf("apart_2"), "route.known")], [2, 3, 5]);
    const means = floatsOf(fileOf("apart_2"), "route.means");
    const before = floatsOf(fileOf("apart_1"), "route.means");
    assert.deepEqual(means.slice(0, before.length), before);
    assert.ok(means.slice(before.length).some((one) => one !== 0));
    await assert.rejects(model("apart").merge("apart_whole"), { code: "cannot-merge" });
    const refused = `update apart on e as x { ${few}, strategy: ewc(1) }`;
    await assert.rejects(book.run(refused), hasCodes("strategy-technique"));
  });

  it("excludes replayed rows from bundles, and rejects replaying or bundling a single stage", async () => {
    const run = RunFolder.open(model("kept_1").folder!);
    await assert.rejects(replay(run, {}), (error: unknown) => {
      assert.ok(error instanceof CodedError && error.code === "not-replayable");
      assert.match(error.message, /started from the weights of another training/);
      return true;
    });
    await assert.rejects(bundleOfRun(run, {}), { code: "not-bundled" });
    const file = join(book.folder, "opens.tune");
    writeFileSync(file, `model s { load: ${JSON.stringify(run.path)} }\n`);
    const datasets = new DatasetCache();
    const checked = await checkFile(file, { datasets });
    const { files } = await bundleOfProgram(file, checked, { datasets, hostContext: plainHostContext(book.folder) });
    const packed = files.map(({ path }) => path).filter((path) => path.includes(run.id));
    assert.ok(
      packed.some((path) => path.endsWith(".safetensors")),
      packed.join(", "),
    );
    assert.deepEqual(
      packed.filter((path) => /carried|memory/.test(path)),
      [],
    );
    assert.ok(existsSync(join(run.path, "carried", "memory.jsonl")));
  });

  it("warns about labels spelled differently, rows that both score and train, and unreadable lines", async () => {
    const steps = "steps: 1, batch_size: 8, optimizer: sgd(learning_rate: 1e-12, momentum: 0), keep: last";
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    writeFileSync(join(book.folder, "alike.csv"), rows.map((row) => row.replace(/,yes$/, ",Yes")).join("\n"));
    const file = join(model("kept_1").folder!, "carried", "memory.jsonl");
    appendFileSync(file, '{"data":"d","ha\n');
    const shown = text(
      await book.run(`data h like d { source: csv("alike.csv") }
update kept_1 on h as told { ${steps}, strategy: replay(25%) }`),
    );
    assert.match(shown, /warning\[update-labels-alike\]: .*"Yes".*"yes"/);
    assert.match(shown, /warning\[update-leak\]: \d+ of 16 .* of h\.validation .* of e\b/);
    assert.doesNotMatch(shown, /warning\[update-leak\]: .* of e\.validation .* of d\b/);
    assert.doesNotMatch(shown, /update-unheld/);
    assert.match(shown, /warning\[memory-damaged\]: 1 line of .*memory\.jsonl .*\b18 rows/);
    assert.match(shown, /Plan of told_1: update kept_1 on h/);
    const card = readFileSync(join(model("told").folder!, "README.md"), "utf8");
    assert.match(card, /`replay\(share: 25%, choose: uniform\)`/);
    await book.run(`update m on e as held { ${steps}, strategy: ewc(strength: 10, fisher: empirical) }`);
    const unheld = text(await book.run(`update held on f as not_held { ${steps} }`));
    assert.match(unheld, /warning\[update-unheld\]: .*ewc\(10, fisher: empirical\).*replay\(5%\)/);
    assert.doesNotMatch(text(await book.run(`update not_held on e as as_before { ${steps} }`)), /update-unheld/);
  });

  it("forgets rows: deletes them from all runs, never replays them, and lists models trained on them", async () => {
    const [row] = readExemplars(model("kept_1").folder!);
    const said = row!.roles["text"] as string;
    const holds = (run: string) => readExemplars(run).some(({ roles }) => roles["text"] === said);
    // A running update would store the rows it started with, so the command is refused.
    const training = await lockRun(dirname(model("kept_2").folder!), "update");
    const asked = `update kept on e as cleared { steps: 1, strategy: naive, forget: ["${said}"] }`;
    await assert.rejects(book.run(asked), { code: "run-busy" });
    training.release();
    assert.ok(holds(model("kept_1").folder!), "nothing was deleted");
    assert.ok(holds(model("kept_2").folder!) && holds(model("later_1").folder!));
    const shown = text(
      await book.run(
        `update kept on e as cleared { steps: 1, batch_size: 8, strategy: replay(100%), forget: ["  ${said} ", "nobody said this"] }`,
      ),
    );
    for (const name of ["kept_1", "kept_2", "later_1", "cleared_1"]) assert.ok(!holds(model(name).folder!), name);
    assert.match(shown, /1 of 2 texts .*\b[1-9]\d* rows? deleted/);
    assert.match(shown, /Weights do not unlearn/);
    assert.match(shown, new RegExp(`${basename(model("kept_1").folder!)} +1 +(?:its own data|rows of earlier data)`));
    assert.match(shown, new RegExp(`${basename(model("m").folder!)} +0 +its own data`));
    const { plan } = model("cleared").weights!;
    assert.ok(!JSON.stringify(plan).includes(said));
    assert.match(plan.recipe.update!.forget!, /^[0-9a-f]{64}$/);
    assert.ok(!shown.slice(shown.indexOf("Rows to forget"), shown.indexOf("Plan of")).includes(said));
    // Rows to forget that occur in the new data are learned again, and a warning reports it.
    const some = readFileSync(join(book.folder, "second.csv"), "utf8").split("\n").slice(1, 9);
    const texts = JSON.stringify(some.map((line) => line.slice(0, line.lastIndexOf(","))));
    const learnt = text(await book.run(`update kept on e as left { steps: 1, strategy: naive, forget: ${texts} }`));
    assert.match(learnt, /warning\[forget-in-data\]: \d rows .* e\b/);
  });

  it("reports that rows have no label for balancing", async () => {
    writeFileSync(
      join(book.folder, "marks.csv"),
      `text,mark\n${Array.from({ length: 16 }, (_, i) => `a good film w${String(i)},${String(i % 5)}`).join("\n")}`,
    );
    await book.run(`data marks { source: csv("marks.csv"), columns: { text: text, score: mark }, split: random(train: 75%, validation: 25%) }
model scored { base: "bert", task: regression, technique: lora(rank: 2), max_length: 16 }
train scored on marks { steps: 1 }`);
    const words = "update scored on marks as more { steps: 1, strategy: replay(50%, choose: balanced) }";
    assert.match(text(await book.run(words)), /warning\[memory-unbalanced\]: .*\bmarks\b/);
  });

  it("reuses the start model's tokenizer for new data if it was trained from scratch", async () => {
    await book.run(`model z { architecture: bert(layers: 1, hidden: 8, heads: 1), tokenizer: bpe(vocabulary: 300), task: text_classification, max_length: 16 }
train z on d { steps: 1, batch_size: 8 }
update z on e, f as zs { steps: 1, batch_size: 8, strategy: naive }`);
    // A separate cell, which starts from the result of an update.
    await book.run(`update zs on d as zz { steps: 1, batch_size: 8, strategy: naive }`);
    const tokens = (name: string): string => readFileSync(join(model(name).folder!, "model", "tokenizer.json"), "utf8");
    for (const name of ["zs_1", "zs_2", "zz"]) assert.equal(tokens(name), tokens("z"), name);
  });

  it("resumes in the middle of a day as if never interrupted, with replayed rows, bit for bit", async () => {
    const day =
      "epochs: 5, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), keep: last, checkpoint: every(steps: 2)";
    const strategy = "[der(0.5, 0.5, 100%, choose: balanced, most: 20), lwf, ewc(10, fisher: empirical)]";
    await book.run(`update m on e as monday { steps: 2, batch_size: 8, strategy: ${strategy} }`);
    const first = readExemplars(model("monday").folder!);
    assert.equal(first.length, 20);
    const labels = (exemplars: Exemplars) => new Set(exemplars.map(({ roles }) => roles["label"])).size;
    assert.equal(labels(first), 3);
    // The files on disk at this moment are those a killed process leaves.
    const left = join(book.folder, "left");
    const killed = setInterval(() => {
      const run = readdirSync(book.runs).find((id) => id.startsWith("tuesday_1"));
      if (run === undefined || !existsSync(join(book.runs, run, "checkpoints", "step-000004.safetensors"))) return;
      clearInterval(killed);
      cpSync(join(book.runs, run), left, { recursive: true, filter: (file) => !basename(file).startsWith(".writer") });
    }, 2);
    const update = `update monday on f as tuesday { ${day}, strategy: ${strategy}, resume: true }`;
    await book.run(update);
    clearInterval(killed);
    const run = model("tuesday").folder!;
    const files = ["state.safetensors", "memory.jsonl", "carried.json"].map((name) => join(run, "carried", name));
    const whole = files.map((file) => readFileSync(file));
    const exemplars = readExemplars(run);
    assert.equal(exemplars.length, 20, "days come and go, and there are no more");
    assert.equal(labels(exemplars), 5);
    assert.deepEqual([...new Set(exemplars.map(({ data }) => data))].sort(), ["d", "e", "f"]);
    assert.deepEqual(readdirSync(join(left, "carried")), ["recalled.safetensors"]);
    for (const without of [false, true]) {
      rmSync(run, { recursive: true });
      cpSync(left, run, { recursive: true });
      // Without the stored outputs, they are recomputed with the weights that the day started with.
      if (without) rmSync(join(run, "carried"), { recursive: true });
      assert.match(text(await book.run(update)), /resumed from step \d+/);
      assert.equal(model("tuesday").folder, run);
      files.forEach((file, i) => assert.ok(readFileSync(file).equals(whole[i]!), `${file} ${String(without)}`));
    }
    const again = text(
      await book.run(
        `model upto { load: "tuesday" }\nupdate upto on e as wednesday { steps: 1, batch_size: 8, strategy: replay(100%, most: 9) }`,
      ),
    );
    assert.match(again, /after +d\.validation +e\.validation +f\.validation\n/);
    assert.equal(readExemplars(model("wednesday").folder!).length, 9);
  });

  it("reports losses on data that its start model was evaluated on, and scores them in an update", async () => {
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n").slice(1);
    const turned = rows.map((row) =>
      row.endsWith(",yes") ? row.replace(/,yes$/, ",no") : row.replace(/,no$/, ",yes"),
    );
    writeFileSync(join(book.folder, "turned.csv"), ["text,label", ...turned].join("\n"));
    writeFileSync(join(book.folder, "asked.csv"), ["text,label", ...rows.slice(0, 40)].join("\n"));
    writeFileSync(join(book.folder, "gone.csv"), ["text,label", ...rows.slice(0, 20)].join("\n"));
    const asked = (name: string) =>
      `data ${name} { source: csv("${name}.csv"), columns: { text: text, label: label }, split: random(test: 100%) }`;
    await book.run(`data turned like d { source: csv("turned.csv") }
${asked("asked")}
${asked("gone")}
model sure like m
train sure on d { epochs: 8, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), keep: last }
evaluate sure on gone.test, asked.test, d.validation
model next { base: sure, task: text_classification, technique: full, max_length: 16 }`);
    writeFileSync(join(book.folder, "gone.csv"), ["text,label", ...rows.slice(0, 18)].join("\n"));
    const long = "epochs: 6, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), keep: last";
    const shown = text(await book.run(`train next on turned { ${long} }`));
    const told = shown.slice(shown.indexOf("Scores of next on the data that sure was evaluated on"));
    assert.match(told, /^Scores of next.*\non +metric +rows +before: sure +now +difference +95 %/);
    assert.match(told, /asked\.test +accuracy +40 +1\.0000 +0\.\d{4} +−0\.\d{4} +−0\.\d{4} to −0\.\d{4} +worse/);
    assert.match(told, /d\.validation +accuracy +16 /);
    assert.match(told, /gone\.test was not compared: its rows are others now/);
    assert.match(told, /`update sure on turned as next_kept \{ strategy: replay\(\d+%\) \}`/);
    assert.match(told, /Forgotten by next\n/);
    const since = readBeforeAfterScores(model("next").folder!)!;
    assert.deepEqual(
      since.on.map(({ data, rows: count, lost }) => [data, count, lost]),
      [
        ["d", 16, since.on[0]!.lost],
        ["asked", 40, true],
      ],
    );
    assert.equal(since.startHash, model("sure").weights!.plan.recipeHash);
    const card = readFileSync(join(model("next").folder!, "README.md"), "utf8");
    assert.match(card, /`accuracy` on asked\.test, 40 rows: 1 before, 0\.\d+ now .*more was lost than chance explains/);
    const quiet = text(await book.run(`train next on turned { steps: 1, forgetting: false }`));
    assert.doesNotMatch(quiet, /was evaluated on/);
    // Data sets not named in the statement are scored with their own rows; none of these are stored or learned.
    const update = (more: string) =>
      `update sure on turned as on_${more.includes("false") ? "own" : "all"} { ${long}, strategy: replay(50%)${more} }`;
    const all = text(await book.run(update("")));
    assert.match(all, /after +d\.validation +asked\.test +turned\.validation\n/);
    assert.match(all, /gone was evaluated before and is not scored: its rows are others now/);
    assert.deepEqual([...new Set(readExemplars(model("on_all").folder!).map(({ data }) => data))].sort(), [
      "d",
      "turned",
    ]);
    assert.match(text(await book.run(update(", forgetting: false"))), /after +d\.validation +turned\.validation\n/);
    assert.equal(readBeforeAfterScores(model("on_all").folder!)!.replayed, 0.5);
  });

  for (const fisher of ["empirical", "batched"])
    it(`computes squared gradients of a model with class weights, fisher: ${fisher}`, async () => {
      await book.run(`model weighed like m { task: text_classification(class_weight: balanced, focal: 1) }
train weighed on d { ${recipe} }
update weighed on d as again { ${recipe}, strategy: ewc(strength: 1, fisher: ${fisher}) }`);
      const fishers = Object.keys(readHeader(fileOf("again")).tensors).filter((name) => name.startsWith("ewc.fisher/"));
      const values = fishers.flatMap((name) => [...floatsOf(fileOf("again"), name)]);
      assert.ok(values.every((value) => value >= 0 && Number.isFinite(value)) && values.some((value) => value > 0));
    });

  it("rejects contradictory settings, with their location", async () => {
    const refused = async (words: string, ...codes: string[]): Promise<void> => {
      await assert.rejects(book.run(words), hasCodes(...codes));
    };
    await refused(`update m on e as x { strategy: [naive, replay(5%)] }`, "strategy-alone");
    await refused(`update m on e as x { strategy: [ewc(1), ewc(2)] }`, "strategy-twice");
    await refused(`update m on e as x { strategy: [der, replay(5%)] }`, "strategy-memories");
    await book.run(`model h like m { technique: head_only(fit: exact) }\ntrain h on d`);
    await refused(`update h on e as x { strategy: ewc(1) }`, "exact-fit-refused");
    await refused(`update m on e as m { strategy: naive }`, "update-over-start");
    await refused(`update once on e as once { strategy: naive }`, "update-over-start");
    await refused(`update nobody on e as x { strategy: naive }`, "unknown-name");
    await refused(`model n like m { max_length: 12 }\nupdate n on e as x { strategy: naive }`, "not-trained");
  });

  it("trains once on rows that are named twice, and recognises new data under an old name", async () => {
    await book.run(`update m on d as again { ${recipe}, strategy: joint }`);
    assert.equal(model("again_1").history.length, 2 * Math.ceil(48 / 8));
    const load = JSON.stringify(model("m").folder);
    const shown = text(
      await book.run(`model old { load: ${load} }
data d like e { source: csv("second.csv") }
update old on d as monthly { ${recipe}, strategy: replay(50%) }`),
    );
    assert.match(shown, /after +d before\.validation +d\.validation/);
    const exemplars = readExemplars(model("monthly_1").folder!);
    assert.equal(exemplars.length, 24 + 12);
    assert.equal(new Set(exemplars.map(({ hash }) => hash)).size, 2);
    assert.equal(model("monthly_1").history.length, 2 * Math.ceil((24 + 24) / 8));
  });
});
