/**
 * Words that TypeScript cells define, in the kernel's own cells: defining, completing, training, saving, errors,
 * redefining.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { createCellRuntime, type KernelCellRuntime } from "#kernel/apps/jupyter/wire/cells.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import type { AssistantReply } from "#kernel/apps/jupyter/cells/assistant-port.js";
import { writeTokenizer } from "#tests/kernel/session/small-tokenizers.js";
import { Kept } from "./notebook.js";

const fixtures = new URL("../../../../../../tests/fixtures/models/", import.meta.url);

/** The example of docs/typescript-cells.md. */
const TECHNIQUE = /```ts\n(define\.technique[\s\S]*?)\n```/.exec(
  readFileSync(new URL("../../../../../../docs/typescript-cells.md", import.meta.url), "utf8"),
)![1]!;

describe("words that TypeScript cells define", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-define-"));
  let cells: KernelCellRuntime;
  let count = 0;
  const before_ = process.env["TUNEBOOK_RUNS"];

  /** Returns the cell's output: its result, what it displayed, or its error. */
  async function run(code: string): Promise<string> {
    const output = new Kept();
    const outcome = await cells.interpreter.execute({
      code,
      cell: ++count,
      silent: false,
      output,
      userExpressions: {},
    });
    if (outcome.status === "error") return outcome.traceback.join("\n").replace(/\u001b\[[0-9;]*m/g, "");
    return [
      String(outcome.result?.bundle["text/plain"] ?? ""),
      ...output.displays.map((d) => String(d.bundle["text/plain"])),
    ].join("\n");
  }
  async function value<T>(expression: string): Promise<T> {
    await run(`const kept${count} = ${expression}`);
    return cells.names.get(`kept${count - 1}`)!.value as T;
  }
  async function completed(code: string): Promise<readonly string[]> {
    const port = cells.assistantPort();
    const reply = new Promise<AssistantReply>((resolve) => port.once("message", resolve));
    port.postMessage({ id: 1, method: "complete", params: { code, offset: code.length } });
    const answer = await reply;
    port.close();
    assert.ok("result" in answer, JSON.stringify(answer));
    return (answer.result as unknown as { matches: { text: string }[] }).matches.map((m) => m.text);
  }

  before(async () => {
    process.env["TUNEBOOK_RUNS"] = join(folder, "runs");
    cpSync(new URL("bert-plain", fixtures), join(folder, "bert"), { recursive: true });
    writeTokenizer(join(folder, "bert"), "letters");
    const rows = Array.from(
      { length: 48 },
      (_, i) =>
        `${i % 2 ? "a good and kind" : "bad worse poor"} ${"abcdefghijklmnopqrstuvwxyz"[i % 26]} ${"uvwx"[Math.floor(i / 12)]},${i % 2 ? "yes" : "no"},${["train", "train", "test", "train", "validation"][i % 5]}`,
    );
    writeFileSync(join(folder, "rows.csv"), ["text,label,part", ...rows].join("\n"));
    cells = await createCellRuntime(folder);
    const said =
      await run(`data rows { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
recipe quick { steps: 6, batch_size: 12, optimizer: adamw(learning_rate: 5e-3), schedule: constant, dropout: 0, seed: 1 }
model m { base: "bert", task: text_classification, technique: full, max_length: 24 }`);
    assert.match(said, /rows/);
  });
  after(async () => {
    await cells.dispose();
    if (before_ === undefined) delete process.env["TUNEBOOK_RUNS"];
    else process.env["TUNEBOOK_RUNS"] = before_;
    rmSync(folder, { recursive: true, force: true });
  });

  it("include a technique whose types are completed, and which Tune completes", async () => {
    assert.match(await run(TECHNIQUE), /technique scale_shift\(targets, from\) is defined/);
    assert.deepEqual(await completed("define.te"), ["technique"]);
    const inside = await completed(
      "define.technique({ name: 'x', doc: 'y', trains: () => true, around: (call, layers) => layers.emb",
    );
    assert.deepEqual(inside, ["embedding"]);
    const offered = await completed('model n { base: "bert", task: text_classification, technique: scale_');
    assert.ok(
      offered.some((text) => text.startsWith("scale_shift")),
      offered.join(),
    );
  });
  it("can be planned, trained, saved and resumed from saved weights", async () => {
    const said = await run(
      "model s like m { technique: scale_shift }\ntrain s on rows with quick\nevaluate s on rows.test",
    );
    assert.match(said, /scale_shift/);
    const s = await value<ModelHandle>("s");
    const losses = s.history.map((step) => step.loss);
    assert.ok(losses.at(-1)! < losses[0]!, losses.join(" "));
    const { plan } = s.weights!;
    const adapter = join(s.folder!, "adapter");
    const { tensors } = readHeader(join(adapter, "adapter_model.safetensors"));
    const names = Object.keys(tensors);
    assert.ok(names.every((name) => /ssf_(scale|shift)$|^classifier\./.test(name)) && names.length > 2, names.join());
    // The plan derives the number of trainable parameters without a formula; it equals the number that was trained.
    assert.equal(
      plan.estimates.trainable,
      Object.values(tensors).reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
    );
    assert.equal(plan.recipe.model.technique.definition?.length, 64);
    const config = JSON.parse(readFileSync(join(adapter, "adapter_config.json"), "utf8")) as Record<string, unknown>;
    assert.equal(config["technique"], "scale_shift");
    assert.equal(config["definition"], plan.recipe.model.technique.definition);
    await run(`model again like s { technique.from: "${adapter}" }\ntrain again on rows with quick { steps: 1 }`);
    await run("train s on rows with quick as longer { steps: 7 }");
    const [again, longer] = [await value<ModelHandle>("again"), await value<ModelHandle>("longer")];
    assert.ok(Math.abs(again.history[0]!.loss - losses.at(-1)!) < 0.5);
    assert.deepEqual(
      longer.history.slice(0, 6).map((step) => step.loss),
      losses,
    );
  });
  it("include a custom metric for evaluations and sweeps", async () => {
    assert.match(
      await run(`define.metric({ name: "errors", doc: "Rows that are wrong.", greaterIsBetter: false,
  compute: (call, { truth, predicted }) => truth.filter((t, i) => t !== predicted[i]).length })`),
      /metric errors is defined/,
    );
    const said = await run("evaluate s on rows.test { metrics: [accuracy, errors] }");
    const [accuracy, errors] = [/^accuracy\D+([\d.]+)/m, /^errors\D+([\d.]+)/m].map((pattern) =>
      Number(pattern.exec(said)![1]),
    );
    assert.ok(Math.abs(errors! - 10 * (1 - accuracy!)) < 0.01, said);
    const swept = await run(`sweep s on rows with quick as found {
  vary: { optimizer.learning_rate: log(1e-3..1e-2) }
  search: random, trials: 2, minimize: errors
}`);
    assert.match(swept, /errors/);
  });
  it("invalidate the weights of a model only if its technique changed", async () => {
    assert.match(await run(TECHNIQUE), /is defined/);
    assert.match(await run("evaluate s on rows.test"), /accuracy/);
    await run(TECHNIQUE.replace('"ones"', "{ normal: 1 }"));
    assert.match(await run("evaluate s on rows.test"), /error\[changed-since-trained\]: .*definition of \w+ was/);
    assert.match(await run("train s on rows with quick\nevaluate s on rows.test"), /accuracy/);
    const s = await value<ModelHandle>("s");
    assert.equal((await s.predict(["a good and kind x"])).length, 1);
    await run(TECHNIQUE);
    // The object trained under the earlier definition still uses that definition.
    assert.equal((await s.predict(["a good and kind x"])).length, 1);
  });
  it("report a mistake in `around` before training, at its place in the cell", async () => {
    const broken = TECHNIQUE.replace('[plain.out], "zeros"', '[plain.out + 1], "zeros"');
    await run(broken);
    const at = count;
    const line = broken.split("\n").findIndex((text) => text.includes("y.multiply")) + 1;
    const said = await run("train s on rows with quick");
    assert.match(said, /error\[word-failed\]: around \(linear\) of your technique scale_shift failed: /);
    assert.match(said, new RegExp(`--> Cell \\[${at}\\]:${line}:\\d+`));
    assert.match(said, /train s on rows/);
    const silent = await run(
      'define.technique({ name: "scale_shift", doc: "x", trains: () => true, around: () => undefined })',
    );
    assert.match(silent, /is defined/);
    assert.match(
      await run("model s2 like m { technique: scale_shift }\ntrain s2 on rows with quick"),
      /it must return layers/,
    );
    await run(TECHNIQUE.replace("ssf_(scale|shift)", "nothing"));
    assert.match(
      await run("model s3 like m { technique: scale_shift }\ntrain s3 on rows with quick"),
      /error\[word-trains-nothing\]/,
    );
    await run(TECHNIQUE);
  });
  it("reject a malformed record in its cell, with the place", async () => {
    const said = await run(
      '// mine\ndefine.technique({ name: "lora", doc: "x", trains: () => true, around: (call, layers) => layers })',
    );
    assert.match(said, /error\[word-taken\]: lora .*technique/);
    assert.match(said, new RegExp(`--> Cell \\[${count}\\]:2:`));
    assert.match(await run('define.metric({ name: "m", doc: "d" })'), /computes nothing/);
    // TypeScript's compiler checks the record too.
    assert.match(await run('define.technique({ name: "x", doc: "y", trains: () => true })'), /around/);
  });
});
