/**
 * Load while the served models change: sixteen clients use three models, two of which are replaced by other models of
 * the same name before the server is stopped. Every accepted request must get its complete and correct answer.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asksLabels, broken, Driven, sum } from "#bench/serve/models.js";
import { firstValues, type Ask } from "#bench/serve/load.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { TextTaskPrediction } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { until } from "#tests/until.js";
import { builtModels, ServedProcess } from "./serve-process.js";

const WORDS = ["good", "bad", "fine", "poor", "kind", "mean"];
const TEXTS = Array.from({ length: 24 }, (_, i) =>
  Array.from({ length: 1 + (i % 4) }, (_, w) => WORDS[(i * 5 + w * w) % 6]!).join(" "),
);

describe("requests in progress", function () {
  this.timeout(300_000);
  const book = new NotebookOfOne();
  let folders: Readonly<Record<string, string>> = {};
  before(async () => {
    folders = await builtModels(book, ["labels", "vectors", "tales"], false);
    // A model from a later training with other label names.
    const rows = readFileSync(join(book.folder, "labels.jsonl"), "utf8")
      .replaceAll('"yes"', '"ja"')
      .replaceAll('"no"', '"nein"');
    writeFileSync(join(book.folder, "later.jsonl"), rows);
    await book.run(`data later { source: jsonl("later.jsonl"), columns: { text: text, label: label }, split: by_column(part) }
model later_labels { base: "bert", task: text_classification, technique: full, max_length: 24 }
train later_labels on later { steps: 5, batch_size: 8, optimizer: adamw(learning_rate: 5e-3), schedule: constant, seed: 2 }
deploy later_labels to huggingface("build/later_labels")`);
  });
  after(() => book.close());

  it("are answered completely and correctly while a model is replaced and when the server stops", async () => {
    const later = `${folders["labels"]!}-later`;
    cpSync(folders["labels"]!.replace(/labels$/, "later_labels"), later, { recursive: true });
    const asks = await asked(book);
    const server = await ServedProcess.start(Object.values(folders));
    const load = new Driven({ servers: [server.url], clients: 16, seconds: 120, warm: 0, asks });
    const answered = (): number => sum(load.told.right);
    try {
      await until(
        () => answered() >= 60,
        () => JSON.stringify(load.told),
      );
      for (const round of [1, 2]) {
        swap(folders["labels"]!, later);
        const before = answered();
        server.child.kill("SIGHUP");
        await until(
          () => server.output.split('"reloaded"').length > round,
          () => server.output,
        );
        await until(
          () => answered() >= before + 60,
          () => JSON.stringify(load.told),
        );
      }
      await looksAt(server.url);
      const ended = server.stop();
      const came = await load.came;
      assert.deepEqual([came.failed, came.wrong, came.examples], [{}, 0, []]);
      assert.equal(broken(came), 0);
      assert.ok(sum(came.right) >= 200, `${String(sum(came.right))} answers`);
      // Both models of the name answered.
      assert.ok(came.right[1]! > 0, JSON.stringify(came.right));
      assert.equal(await ended, 0);
    } finally {
      await server.stop();
    }
  });
});

/** Checks the totals of all requests in the metrics, in Prometheus format. */
async function looksAt(url: string): Promise<void> {
  const figures = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string, labels = ""): number => {
    const line = figures.split("\n").find((one) => one.startsWith(`${name}{`) && one.includes(labels));
    assert.ok(line !== undefined, `${name} ${labels}\n${figures}`);
    return Number(line.split(" ").at(-1));
  };
  for (const model of ["labels", "vectors", "tales"]) {
    const labels = `model="${model}"`;
    const texts = of("tunebook_request_queue_time_seconds_count", labels);
    assert.ok(texts >= 20, `${model}: ${String(texts)}`);
    // Each text is in one batch; a generated text is in one batch per step.
    const batches = of("tunebook_batch_size_count", labels);
    const together = of("tunebook_batch_size_sum", labels);
    assert.ok(batches > 0 && (model === "tales" ? together > texts : together === texts && batches <= texts));
    assert.ok(of("tunebook_request_queue_time_seconds_sum", labels) >= 0);
    assert.equal(of("tunebook_model_ready", labels), 1);
  }
  const written = 'route="/v1/completions",model="tales"';
  const first = of("tunebook_time_to_first_token_seconds_count", written);
  assert.ok(first >= 20 && of("tunebook_time_per_output_token_seconds_count", written) <= first);
  assert.ok(of("tunebook_time_to_first_token_seconds_sum", written) > 0);
  assert.match(figures, /^tunebook_build_info\{version="\d+\.\d+\.\d+[^"]*",engine="[a-z,]+"\} 1$/m);
  if (process.platform === "linux") assert.ok(of("tunebook_engine_memory_bytes") > 2 ** 20);
  for (const name of ["process_resident_memory_bytes", "tunebook_weights_bytes", "tunebook_tokens_per_second"])
    assert.ok(Number(new RegExp(`^${name} (\\S+)$`, "m").exec(figures)?.[1]) > 0, name);
}

function swap(a: string, b: string): void {
  renameSync(a, `${a}-aside`);
  renameSync(b, a);
  renameSync(`${a}-aside`, b);
}

/** Returns a request per model and text. The expected answers come from the notebook. */
async function asked(book: NotebookOfOne): Promise<readonly Ask[]> {
  const said = async <T extends TextTaskPrediction>(name: string, o = {}): Promise<readonly T[]> =>
    (book.values.get(name) as ModelHandle).predict<T>([...TEXTS], o);
  const labels = await Promise.all(
    ["labels", "later_labels"].map((name) => said<TextTaskPrediction & { readonly label: string }>(name)),
  );
  const vectors = await said<TextTaskPrediction & { readonly embedding: Float32Array }>("vectors");
  const tales = await said<TextTaskPrediction & { readonly continuation: string }>("tales", { max_tokens: 8 });
  const byLabel = asksLabels(
    TEXTS,
    TEXTS.map((_, i) => labels.map((all) => all[i]!.label)),
    "labels",
  );
  return TEXTS.flatMap((text, i): readonly Ask[] => [
    byLabel[i]!,
    {
      path: "/embed",
      body: JSON.stringify({ model: "vectors", inputs: text }),
      ...{ answered: "vector", expected: [firstValues(vectors[i]!.embedding)] },
    },
    {
      path: "/v1/completions",
      body: JSON.stringify({
        ...{ model: "tales", prompt: text, max_tokens: 8, temperature: 0, stream: true },
        stream_options: { include_usage: true },
      }),
      ...{ answered: "text", expected: [tales[i]!.continuation] },
    },
  ]);
}
