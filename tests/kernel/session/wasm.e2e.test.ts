/**
 * The quickstart's model on the engine that needs only npm: ten real steps of MiniLM on wasm equal TensorFlow's,
 * dropout included.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "./notebook-of-one.js";

const data = new URL("../../../../notebooks/data/sentiment.csv", import.meta.url);

describe("training on wasm", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    const lines = readFileSync(data, "utf8").trimEnd().split(/\r?\n/);
    const train = lines.slice(1).filter((line) => line.endsWith(",train"));
    writeFileSync(join(book.folder, "first.csv"), [lines[0], ...train.slice(0, 40)].join("\n"));
    await book.run(`
data reviews { source: csv("first.csv"), columns: { text: text, label: label } }
recipe ten { steps: 10, batch_size: 4, shuffle: none, clip: 1.0, seed: 3 }
model small { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }
`);
  });
  after(() => book.close());

  const losses = (name: string): readonly number[] => (book.values.get(name) as ModelHandle).history.map((s) => s.loss);

  it("matches the losses of TensorFlow", async () => {
    const statement = "train small on reviews with ten { optimizer: adamw(learning_rate: 2e-3) }";
    await book.run(`engine { engine: tensorflow }\n${statement}`);
    const expected = losses("small");
    await book.run(`engine { engine: tfjs, device: wasm }\n${statement}`);
    const got = losses("small");
    assert.equal((await book.session.engines.engine()).info.title, "tfjs 4.22.0 (wasm)");
    assert.equal(got.length, 10);
    got.forEach((x, i) =>
      assert.ok(
        Math.abs(x - expected[i]!) <= 1e-3 * expected[i]!,
        `step ${i + 1}: ${x}, TensorFlow has ${expected[i]}`,
      ),
    );
    assert.notDeepEqual(got, expected);
  });

  it("shows the trained model as a figure and as operations", async () => {
    const [graph] = await book.run("show small.graph");
    assert.match(graph!.bundle["image/svg+xml"] as string, /^<svg[^]*encoder\.layer\.0 – 4[^]*× 5/);
    assert.match(graph!.bundle["text/html"] as string, /<img src="data:image\/svg\+xml/);
    assert.match(
      graph!.bundle["text/plain"] as string,
      /attention\.self\.query +low_rank_linear +f32\[batch, length, 384\] +\* /,
    );
    const [program] = await book.run("show small.program");
    assert.match(program!.bundle["text/plain"] as string, /^%0 = input[^]*low_rank_linear[^]*\nupdate /);
  });
});
