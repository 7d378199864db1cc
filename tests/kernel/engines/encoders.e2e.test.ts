import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { writeEncoder } from "#tests/oracles/encoder-folder.js";
import { ENCODERS, partsOf, training } from "#tests/stdlib/models/encoder-models.js";
import { feedsOf } from "#tests/stdlib/models/golden.js";
import { ENGINES, engineNamed } from "./engines.js";
import { fedDraws } from "#tests/drawn.js";

const PREFIXES: Readonly<Record<string, string>> = {
  bert: "bert.",
  distilbert: "distilbert.",
  roberta: "roberta.",
  "xlm-roberta": "roberta.",
  mobilebert: "mobilebert.",
};
const TRAINED = ["bert-left", "distilbert-left", "roberta-left", "mobilebert-plain", "mobilebert-left"];

describe("encoders on every engine", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-encoders-"));
  after(() => rmSync(folder, { recursive: true }));
  before(() => {
    for (const golden of ENCODERS) {
      writeEncoder(join(folder, golden.name), golden);
      const prefix = PREFIXES[golden.config["model_type"] as string]!;
      writeEncoder(join(folder, `${golden.name}-body`), golden, { bodyOf: prefix });
    }
  });
  const close = (got: readonly number[], want: unknown, what: string): void => {
    const flat = (want as number[][]).flat(Infinity) as unknown as number[];
    assert.equal(got.length, flat.length);
    got.forEach((x, i) => assert.ok(Math.abs(x - flat[i]!) < 1e-4, `${what}: ${x} is not ${String(flat[i])}`));
  };

  for (const name of ENGINES) {
    it(`${name}: outputs of model folders match transformers`, async () => {
      const engine = await engineNamed(name);
      for (const golden of ENCODERS) {
        const typed = "token_type_ids" in golden.batches[0]!;
        for (const place of [golden.name, `${golden.name}-body`]) {
          const { limits, program } = await openModelFolder(join(folder, place));
          const session = await engine.open({ forward: program(typed) }, [join(folder, place)]);
          for (const { inputs, logits, last_hidden_state } of golden.forward) {
            const expected = place === golden.name ? logits : last_hidden_state;
            if (!expected) continue;
            const output = place === golden.name ? "logits" : "last_hidden_state";
            const batch = readForwardInputs(JSON.stringify(inputs), limits);
            const outputs = await session.run("forward", { ...batch });
            close([...fromNDArray(outputs[output]!).data], expected, place);
          }
          await session.dispose();
        }
      }
    });
    it(`${name}: training matches transformers`, async () => {
      const engine = await engineNamed(name);
      for (const golden of ENCODERS.filter((g) => TRAINED.includes(g.name))) {
        const parts = await partsOf(golden);
        const tokenTypes = "token_type_ids" in golden.batches[0]!;
        const { train } = assemblePrograms({
          ...parts,
          ...training("full", golden),
          tensors: golden.shapes,
          tokenTypes,
        });
        const session = await engine.open({ train }, [join(folder, golden.name)]);
        for (const [i, batch] of golden.batches.entries()) {
          const fed = feedsOf(batch);
          const ids = Object.entries(fed).map(([input, v]) => [input, toNDArray("i32", v)] as const);
          const rate = toNDArray("f32", makeArrayValues([], [golden.full.rates[i]!]));
          const step = toNDArray("i32", makeArrayValues([], [i + 1]));
          const { loss } = await session.run("train", {
            ...{ ...Object.fromEntries(ids), rate, step },
            draws: fedDraws(fed["input_ids"]!.shape[0]!),
          });
          const [got, want] = [fromNDArray(loss!).data[0]!, golden.full.losses[i]!];
          assert.ok(Math.abs(got - want) < 1e-4 * want, `${golden.name}, step ${i + 1}: ${got} is not ${want}`);
        }
        await session.dispose();
      }
    });
  }

  it("run from the command line, from folders with and without a head", () => {
    const { inputs, logits, last_hidden_state } = ENCODERS.find((g) => g.name === "roberta-xlm")!.forward[0]!;
    for (const [place, expected] of [
      ["roberta-xlm", { logits }],
      ["roberta-xlm-body", { last_hidden_state }],
    ] as const) {
      const { status, stdout } = forward(join(folder, place), JSON.stringify(inputs));
      assert.equal(status, 0);
      const said = JSON.parse(stdout) as Record<string, number[][]>;
      assert.deepEqual(Object.keys(said), Object.keys(expected));
      close(Object.values(said)[0]!.flat(Infinity) as unknown as number[], Object.values(expected)[0], place);
    }
  });
  it("reject token types for DistilBERT, which has none", () => {
    const { status, stderr } = forward(
      join(folder, "distilbert-plain"),
      JSON.stringify({ input_ids: [[1]], token_type_ids: [[0]] }),
    );
    assert.equal(status, 1);
    assert.match(stderr, /^error\[forward-input\].*token_type_ids/);
  });
});

function forward(folder: string, input: string): { status: number | null; stdout: string; stderr: string } {
  const cli = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));
  return spawnSync(process.execPath, [cli, "forward", folder, "--json", "--engine", "tfjs"], {
    input,
    encoding: "utf8",
  });
}
