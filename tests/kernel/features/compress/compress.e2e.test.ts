/** `compress`: a student learns from a teacher's outputs and hidden states, including rows without labels. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { replay } from "#kernel/features/replay/replay.js";
import { CHECKSUM_METADATA, readHeader, readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
const recipe = "recipe r { epochs: 6, batch_size: 8, optimizer: adamw(learning_rate: 3e-3), keep: last }";
type Answered = { readonly label: string; readonly probabilities: Readonly<Record<string, number>> };

describe("compress statement", function () {
  this.timeout(300_000);
  const book = new NotebookOfOne();
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const fileOf = (name: string): string => model(name).weights!.checkpoint.file;
  const floats = (file: string, name: string) => new Float32Array(readTensor(file, name).bytes.slice().buffer);
  const accuracy = (name: string): number =>
    book.session.evaluations.findLast((one) => one.model === name)?.metrics["accuracy"] ?? Number.NaN;
  before(async () => {
    writeSmallTraining(book.folder);
    const lines = readFileSync(join(book.folder, "rows.csv"), "utf8").trim().split("\n").slice(1);
    writeFileSync(join(book.folder, "more.csv"), ["text", ...lines.map((line) => line.split(",")[0])].join("\n"));
    writeFileSync(join(book.folder, "few.csv"), ["text,label", ...lines.slice(0, 12)].join("\n"));
    await book.run(`${definitions}
data more { source: csv("more.csv"), columns: { text: text } }
data few { source: csv("few.csv"), columns: { text: text, label: label } }
${recipe}
train m on d with r`);
  });
  after(() => book.close());

  it("creates a model with fewer blocks that predicts like its teacher and works like any model", async () => {
    const shown = text(await book.run("compress m on d with r as s { distill: student(layers: 1) }"));
    assert.match(shown, /Plan of s: compress m on d/);
    assert.match(shown, /student\(layers: 1/);
    await book.run("evaluate m, s on d.validation");
    assert.ok(accuracy("s") >= accuracy("m") - 0.1, `${String(accuracy("s"))} of ${String(accuracy("m"))}`);
    assert.deepEqual([...model("s").labels], [...model("m").labels]);
    const layers = (name: string): number =>
      new Set(
        Object.keys(readHeader(fileOf(name)).tensors).flatMap(
          (one) => /^bert\.encoder\.layer\.(\d+)/.exec(one)?.[1] ?? [],
        ),
      ).size;
    assert.deepEqual([layers("m"), layers("s")], [2, 1]);
    // The facts displayed for a student are the student's own.
    assert.match(text(await book.run("show m.edge")), /^parameters +26\.8 k/m);
    assert.match(text(await book.run("show s.edge")), /^parameters +18\.2 k/m);
    const { folder } = await model("s").save(join(book.folder, "saved"));
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
    assert.equal(config["num_hidden_layers"], 1);
    assert.ok(
      !Object.keys(readHeader(join(folder, "model.safetensors")).tensors).some((name) => /teacher|distill/.test(name)),
    );
    assert.ok(statSync(join(folder, "model.safetensors")).size < statSync(fileOf("m")).size);
    const [own] = await model("s").predict<Answered & { text: string }>(["a good film w3"]);
    await book.run(`model again { load: ${JSON.stringify(model("s").folder)} }`);
    const [loaded] = await model("again").predict<Answered & { text: string }>(["a good film w3"]);
    assert.deepEqual(loaded?.probabilities, own?.probabilities);
  });

  it("rejects a teacher whose weights yield no finite numbers", async () => {
    const whole = model("m").folder!;
    const run = `${whole}-ill`;
    cpSync(whole, run, { recursive: true });
    const file = fileOf("m").replace(whole, run);
    const { tensors, metadata } = readHeader(file);
    const all = Object.fromEntries(Object.keys(tensors).map((name) => [name, readTensor(file, name)]));
    const { shape } = all["classifier.bias"]!;
    const bytes = new Uint8Array(Float32Array.from({ length: shape[0]! }, () => Number.NaN).buffer);
    writeSafetensors(
      file,
      { ...all, "classifier.bias": { dtype: "f32", shape, bytes } },
      { ...metadata, ...CHECKSUM_METADATA },
    );
    await book.run(`model ill { load: ${JSON.stringify(run)} }`);
    const small = book.run("compress ill on d as well { steps: 1, distill: student(layers: 1) }");
    await assert.rejects(small, (error) => error instanceof CodedError && error.code === "teacher-not-finite");
  });

  it("initialises the student from teacher blocks, which a tiny learning rate leaves unchanged", async () => {
    await book.run(
      "compress m on d as still { steps: 1, batch_size: 8, optimizer: sgd(learning_rate: 1e-12, momentum: 0), keep: last, distill: student(layers: [1]) }",
    );
    const [teacher, student] = [fileOf("m"), fileOf("still")];
    const beside = (name: string): string => name.replace("layer.0.", "layer.1.");
    for (const name of Object.keys(readHeader(student).tensors).filter((one) => /^(?:bert|classifier)\./.test(one)))
      assert.deepEqual(floats(student, name), floats(teacher, beside(name)), name);
  });

  it("changes weights and recipe hash with the distillation losses in `learns`", async () => {
    const ways = ["learns: labels", "learns: [labels, logits(temperature: 4)]", "learns: [labels, hidden, attention]"];
    const seen = new Set<string>();
    const hashes = new Set<string>();
    for (const [i, way] of ways.entries()) {
      await book.run(
        `compress m on d as w${String(i)} { steps: 2, batch_size: 8, keep: last, distill: student(layers: 1, ${way}) }`,
      );
      seen.add(floats(fileOf(`w${String(i)}`), "classifier.weight").join());
      hashes.add(model(`w${String(i)}`).weights!.plan.recipeHash);
    }
    assert.deepEqual([seen.size, hashes.size], [ways.length, ways.length]);
  });

  it("trains a narrower student through a temporary projection, with accumulation as without", async () => {
    const ask = (more: string, as: string) =>
      book.run(
        `compress m on d as ${as} { epochs: 1, optimizer: sgd(learning_rate: 0.05, momentum: 0), keep: last, shuffle: none, dropout: 0, clip: none, ${more}, distill: student(layers: 1, hidden: 16, learns: [labels, logits, hidden, attention]) }`,
      );
    await ask("batch_size: 16", "whole");
    await ask("batch_size: 4, accumulate: 4", "parts");
    const [whole, parts] = [fileOf("whole"), fileOf("parts")];
    assert.deepEqual(readHeader(whole).tensors["distill/hidden"]?.shape, [32, 16]);
    for (const name of Object.keys(readHeader(whole).tensors).filter((one) =>
      /^(?:bert|classifier|distill)/.test(one),
    )) {
      const [a, b] = [floats(whole, name), floats(parts, name)];
      a.forEach((x, i) =>
        assert.ok(Math.abs(x - (b[i] ?? 0)) <= 1e-5, `${name}[${String(i)}]: ${String(x)}, ${String(b[i])}`),
      );
    }
  });

  it("resumes after an interruption with the same final weights", async () => {
    const statement = (as: string, more = "") =>
      `compress m on d, more as ${as} { steps: 12, batch_size: 8, checkpoint: every(steps: 3), keep: last, distill: student(layers: 1, learns: [labels, logits, hidden])${more} }`;
    await book.run(statement("through"));
    const stop = new AbortController();
    const folder = (): string | undefined => {
      const hash = model("through").weights!.plan.recipeHash;
      return RunFolder.find(book.runs, hash).find((run) => run.lock()?.name === "cut")?.path;
    };
    const watch = setInterval(() => {
      const run = folder();
      if (
        run !== undefined &&
        RunFolder.open(run)
          .events()
          .some((event) => event.kind === "step" && event.step >= 4)
      )
        stop.abort();
    }, 5);
    await assert.rejects(
      book.run(statement("cut"), { signal: stop.signal }),
      (error) => error instanceof CodedError && error.code === "interrupted",
    );
    clearInterval(watch);
    await book.run(statement("cut", ", resume: true"));
    assert.equal(
      RunFolder.find(book.runs, model("cut").weights!.plan.recipeHash).filter((run) => run.lock()?.name === "cut")
        .length,
      1,
    );
    for (const name of Object.keys(readHeader(fileOf("through")).tensors))
      assert.deepEqual(floats(fileOf("cut"), name), floats(fileOf("through"), name), name);
    // A finished run is reused unchanged.
    const before = model("cut").folder;
    await book.run(statement("cut", ", resume: true"));
    assert.equal(model("cut").folder, before);
  });

  it("labels unlabelled rows with the teacher, stores the labels with the run and reports it", async () => {
    const shown = text(await book.run("compress m on few, more with r as u { distill: student(layers: 1) }"));
    assert.match(
      shown,
      /m labelled 64 rows of more\. Each batch of u has the same number of them and of the 12 rows labelled by people/,
    );
    assert.match(shown, /Its predictions are stored with the run, not in the data/);
    const lines = readFileSync(join(model("u").folder!, "labelled.jsonl"), "utf8")
      .trim()
      .split("\n");
    assert.equal(lines.length, 64);
    const row = JSON.parse(lines[0]!) as {
      readonly roles: { readonly label: string; readonly text: string };
      readonly said: number[];
    };
    const [said] = await model("m").predict<Answered & { text: string }>([row.roles.text]);
    assert.equal(row.roles.label, said?.label);
    assert.equal(row.said.length, 2);
    assert.ok(!readFileSync(join(book.folder, "more.csv"), "utf8").includes("yes"));
    // Only human labels enter the task's own loss, so its first value equals that of a run without unlabelled rows.
    await book.run("compress m on few with r as alone { distill: student(layers: 1) }");
    const begins = async (data: string, as: string): Promise<number> => {
      await book.run(
        `compress m on ${data} as ${as} { steps: 1, batch_size: 8, dropout: 0, shuffle: none, distill: student(layers: 1) }`,
      );
      return model(as).history[0]!.loss;
    };
    const [own, both] = [await begins("few", "own_alone"), await begins("few, more", "own_both")];
    assert.ok(Math.abs(own - both) < 1e-6, `${String(own)}, ${String(both)}`);
    assert.notEqual(model("u").weights!.plan.recipeHash, model("alone").weights!.plan.recipeHash);
    await book.run("evaluate u, alone, m on d.validation");
    assert.ok(accuracy("u") >= accuracy("alone") - 0.01, `${String(accuracy("u"))}, ${String(accuracy("alone"))}`);
  });

  it("labels augmented texts with the teacher, identical for the same seed", async () => {
    const shown = text(
      await book.run(
        "compress m on few with r as v { distill: student(layers: 1, learns: [labels, logits], augment: 3) }",
      ),
    );
    const lines = readFileSync(join(model("v").folder!, "labelled.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    assert.match(shown, new RegExp(`m labelled ${String(lines.length)} texts generated from those with labels\\.`));
    assert.ok(lines.length > 24 && lines.length <= 36, String(lines.length));
    const made = lines.map((line) => JSON.parse(line) as { data: string; said: number[]; roles: { text: string } });
    const people = new Set(
      readFileSync(join(book.folder, "few.csv"), "utf8")
        .split("\n")
        .map((line) => line.split(",")[0]),
    );
    for (const { data, said, roles } of made) {
      assert.deepEqual([data, said.length], ["augmented", 2]);
      assert.ok(!people.has(roles.text), roles.text);
    }
    const [first] = made;
    const asked = await model("m").predict<Answered & { text: string }>([first!.roles.text]);
    const [no = 0, yes = 0] = first!.said;
    const own = 1 / (1 + Math.exp(yes - no));
    const said = asked[0]!.probabilities[model("m").labels[0] ?? ""];
    assert.ok(Math.abs(own - said!) < 1e-3, `${String(own)}, ${String(said)}`);
  });

  it("augments the first text of a pair, and keeps the second one unchanged", async () => {
    const pairs = Array.from(
      { length: 12 },
      (_, i) => `a good film w${String(i)},second ${String(i)},${i % 2 ? "yes" : "no"}`,
    );
    writeFileSync(join(book.folder, "pairs.csv"), ["text,other,label", ...pairs].join("\n"));
    await book.run(`data pairs { source: csv("pairs.csv"), columns: { text: text, text_pair: other, label: label } }
model two { base: "bert", task: text_classification, technique: full, max_length: 24 }
train two on pairs with r
compress two on pairs with r as half { distill: student(layers: 1, augment: 2) }`);
    const lines = readFileSync(join(model("half").folder!, "labelled.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const made = lines.map((line) => (JSON.parse(line) as { roles: { text: string; text_pair: string } }).roles);
    assert.ok(made.length > 12, String(made.length));
    const seconds = made.map(({ text_pair }) => Number(/^second (\d+)$/.exec(text_pair)?.[1]));
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => a - b),
    );
    assert.ok(new Set(seconds).size > 8, seconds.join());
  });

  it("distils a decoder into a decoder through next-token prediction", async () => {
    cpSync(new URL("../../../../../tests/fixtures/models/chat-llama", import.meta.url), join(book.folder, "llama"), {
      recursive: true,
    });
    await book.run(`data tales { source: csv("more.csv"), columns: { text: text }, split: random(train: 75%, validation: 25%) }
model writer { base: "llama", task: text_generation, technique: full, max_length: 24 }
train writer on tales with r
compress writer on tales with r as author { distill: student(layers: 1, learns: [labels, logits]) }`);
    await book.run("evaluate writer, author on tales.validation");
    assert.ok(existsSync(fileOf("author")));
    const layers = Object.keys(readHeader(fileOf("author")).tensors).filter((name) => /layers\.1\./.test(name));
    assert.deepEqual(layers, []);
    const [written] = await model("author").predict<never>(["a good"], { max_tokens: 3 });
    assert.ok(written);
  });

  it("quantises a student in the same statement, with a name for each stage", async () => {
    await book.run(
      "compress m on d as both { steps: 2, batch_size: 8, keep: last, distill: student(layers: 1), quantize: int8 }",
    );
    const [student, rounded] = [model("both_distilled").weights!.plan.recipe, model("both").weights!.plan.recipe];
    assert.deepEqual([student.compress?.stage.word, rounded.compress?.stage.word], ["student", "int8"]);
    assert.equal(rounded.compress?.of, model("both_distilled").weights!.plan.recipeHash);
    const [said] = await model("both").predict<Answered & { text: string }>(["a good film w3"]);
    assert.ok(["no", "yes"].includes(said?.label ?? ""));
  });

  it("distils a prompted model into a base, labelling unlabelled rows too", async () => {
    cpSync(new URL("../../../../../tests/fixtures/models/chat-llama", import.meta.url), join(book.folder, "llama"), {
      recursive: true,
    });
    const shown = text(
      await book.run(
        'compress prompt("llama", "Is it yes or no? {text}") on few, more as p { steps: 4, batch_size: 8, keep: last, distill: student(base: "bert") }',
      ),
    );
    assert.match(shown, /prompt\("llama", "Is it yes or no\? \{text\}"\) labelled 64 rows of more/);
    assert.deepEqual([...model("p").labels].sort(), ["no", "yes"]);
    const [said] = await model("p").predict<Answered & { text: string }>(["a good film w3"]);
    assert.ok(["no", "yes"].includes(said?.label ?? ""));
  });

  it("creates a run that cannot be replayed, and explains why", async () => {
    await assert.rejects(
      replay(RunFolder.open(model("s").folder!)),
      (error) =>
        error instanceof CodedError &&
        error.code === "not-replayable" &&
        /made from the weights of another training/.test(error.message),
    );
  });
});
