/**
 * Federations with privacy: what a model and its card may contain of private rows, and the guarantee for the client
 * with the fewest rows.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "#kernel/events/events.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../../session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");

describe("federation with differential privacy", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const steps = (name: string) =>
    RunFolder.open(model(name).folder!)
      .events()
      .filter((e): e is Extract<RunEvent, { kind: "step" }> => e.kind === "step");
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const [, ...rows] = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    const scored = rows.map((row, i) => `${row.split(",")[0] ?? ""},${String(40 + i)}`);
    writeFileSync(join(book.folder, "scored.csv"), ["text,score", ...scored].join("\n"));
    await book.run(`${definitions}
data scores { source: csv("scored.csv"), columns: { text: text, score: score } }
model r { base: "bert", task: regression, technique: full, max_length: 16 }`);
  });
  after(() => book.close());

  it("gives the model neither mean nor spread of private numbers", async () => {
    const keys = "clients: even(4), rounds: 1, batch_size: 8, keep: last";
    await book.run(`federate r on scores as open { ${keys} }
federate r on scores as hidden { ${keys}, privacy: differential(noise: 1, unit: client) }`);
    const number = (name: string, state: string): number => {
      const { bytes } = readTensor(model(name).weights!.checkpoint.file, state);
      return new Float32Array(bytes.slice().buffer)[0]!;
    };
    assert.ok(number("open", "target.mean") > 40);
    assert.deepEqual([number("hidden", "target.mean"), number("hidden", "target.scale")], [0, 1]);
  });

  it("spends at most the planned ε of any client, however few rows it has", async () => {
    const keys = "clients: quantity(4, alpha: 0.3, least: 3), rounds: 2, batch_size: 4, keep: last";
    const shown = text(
      await book.run(`federate m on d as few { ${keys}, privacy: differential(noise: 1, unit: row) }`),
    );
    const planned = Number(/privacy +ε ([\d.]+) at/.exec(shown)?.[1]);
    const spent = steps("few").at(-1)!.epsilon!;
    assert.ok(spent <= planned && spent > planned - 0.01, `${String(spent)} of ${String(planned)}`);
  });
});
