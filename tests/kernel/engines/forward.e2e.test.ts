import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Engine } from "#kernel/engines/engine.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { fromNDArray } from "#dsl/tensor/values.js";
import { ENGINES, engineNamed } from "./engines.js";

const root = new URL("../../../..", import.meta.url);
const path = (relative: string): string => fileURLToPath(new URL(relative, root));
const MODELS = ["bert-plain", "bert-gelu-new", "bert-relu-one-head", "bert-without-head"];

interface Oracle {
  readonly forward: readonly {
    readonly inputs: object;
    readonly logits?: unknown[];
    readonly last_hidden_state: unknown[];
  }[];
}
const oracle = (model: string): Oracle =>
  JSON.parse(readFileSync(path(`tests/golden/oracle/${model}.json`), "utf8")) as Oracle;
const modelFolder = (model: string): string => path(`tests/fixtures/models/${model}`);

function demandClose(got: readonly number[], expected: readonly number[]): void {
  assert.equal(got.length, expected.length);
  got.forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) < 1e-5, `${String(x)} is not ${String(expected[i])}`));
}

describe("forward pass of a model folder", function () {
  this.timeout(60_000);
  for (const engineName of ENGINES)
    it(`matches transformers on ${engineName}`, async () => {
      const engine: Engine = await engineNamed(engineName);
      for (const model of MODELS) {
        const { limits, program } = await openModelFolder(modelFolder(model));
        const programs = { plain: program(false), typed: program(true) };
        const session = await engine.open(programs, [modelFolder(model)]);
        for (const { inputs, logits, last_hidden_state } of oracle(model).forward) {
          const batch = readForwardInputs(JSON.stringify(inputs), limits);
          const outputs = await session.run(batch.token_type_ids ? "typed" : "plain", { ...batch });
          assert.deepEqual(Object.keys(outputs), [logits ? "logits" : "last_hidden_state"]);
          const [output] = Object.values(outputs);
          demandClose([...fromNDArray(output!).data], (logits ?? last_hidden_state).flat(2) as number[]);
        }
        await session.dispose();
      }
    });

  it("is available as a command: JSON in, JSON out", () => {
    const [first] = oracle("bert-plain").forward;
    const { status, stdout } = forward(modelFolder("bert-plain"), JSON.stringify(first!.inputs));
    assert.equal(status, 0);
    const { logits } = JSON.parse(stdout) as { logits: number[][] };
    assert.deepEqual(
      [logits.length, logits[0]!.length],
      [first!.logits!.length, (first!.logits![0] as number[]).length],
    );
    demandClose(logits.flat(), first!.logits!.flat() as number[]);
  });

  it("is available as a command for a Gemma folder", () => {
    const [first] = oracle("gemma-shared").forward;
    const { status, stdout } = forward(modelFolder("gemma-shared"), JSON.stringify(first!.inputs));
    assert.equal(status, 0);
    const { logits } = JSON.parse(stdout) as { logits: number[][][] };
    assert.deepEqual([logits.length, logits[0]!.length, logits[0]![0]!.length], [3, 7, 75]);
    demandClose(logits.flat(2), first!.logits!.flat(2) as number[]);
  });

  it("reports errors of the command on standard error, with status 1", () => {
    const { status, stdout, stderr } = forward(modelFolder("bert-plain"), '{"input_ids": [[1, 2], [3]]}');
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /^error\[ragged-rows\]: row 2 of input_ids/);
    assert.match(forward(path("tests/fixtures"), "{}").stderr, /^error\[base-incomplete\].*config\.json/);
  });

  const limits = { vocabulary: 200, positions: 6, types: 2 };
  const wrong: Readonly<Record<string, readonly [code: string, text: string]>> = {
    "nothing at all": ["forward-input", ""],
    "no JSON": ["forward-input", "{"],
    "no object": ["forward-input", "[[1]]"],
    "no ids": ["forward-input", '{"attention_mask": [[1]]}'],
    "an unknown part": ["forward-input", '{"input_ids": [[1]], "labels": [1]}'],
    "no rows": ["forward-input", '{"input_ids": []}'],
    "an empty row": ["forward-input", '{"input_ids": [[]]}'],
    "numbers that are not whole": ["forward-input", '{"input_ids": [[1.5]]}'],
    "fewer rows in the mask": ["forward-input", '{"input_ids": [[1], [2]], "attention_mask": [[1]]}'],
    "a longer row in the mask": ["ragged-rows", '{"input_ids": [[1]], "attention_mask": [[1, 1]]}'],
    "an id beyond the vocabulary": ["id-out-of-range", '{"input_ids": [[1, 200]]}'],
    "a negative id": ["id-out-of-range", '{"input_ids": [[-1]]}'],
    "a mask that is not 0 or 1": ["id-out-of-range", '{"input_ids": [[1]], "attention_mask": [[2]]}'],
    "a token type beyond the known ones": ["id-out-of-range", '{"input_ids": [[1]], "token_type_ids": [[2]]}'],
    "more tokens than positions": ["sequence-too-long", '{"input_ids": [[1, 1, 1, 1, 1, 1, 1]]}'],
  };
  for (const [what, [code, text]] of Object.entries(wrong))
    it(`rejects ${what}`, () => assert.throws(() => readForwardInputs(text, limits), { code }));

  it("rejects token types for a model without them", () =>
    assert.throws(() => readForwardInputs('{"input_ids": [[1]], "token_type_ids": [[0]]}', { ...limits, types: 0 }), {
      code: "forward-input",
    }));

  it("returns the logits of a decoder, in either weight layout", () => {
    for (const model of ["gpt2-body", "llama-odd"]) {
      const [first] = oracle(model).forward;
      const { status, stdout } = forward(modelFolder(model), JSON.stringify({ input_ids: [firstRow(first!.inputs)] }));
      assert.equal(status, 0);
      const { logits } = JSON.parse(stdout) as { logits: number[][][] };
      const said = logits.flat(2);
      (first!.logits![0] as number[][])
        .flat()
        .forEach((v, i) => assert.ok(Math.abs(said[i]! - v) < 1e-4, `${model} ${i}`));
    }
  });

  for (const engineName of ENGINES)
    it(`returns the logits of an encoder-decoder on ${engineName}`, async () => {
      const engine: Engine = await engineNamed(engineName);
      for (const model of ["t5-gated", "t5-near", "t5-uneven"]) {
        const { limits, program } = await openModelFolder(modelFolder(model));
        const session = await engine.open({ forward: program(false) }, [modelFolder(model)]);
        for (const { inputs, logits } of oracle(model).forward) {
          const outputs = await session.run("forward", { ...readForwardInputs(JSON.stringify(inputs), limits) });
          const { data } = fromNDArray(outputs["logits"]!);
          const expected = logits!.flat(2) as number[];
          assert.equal(data.length, expected.length);
          data.forEach((v, i) =>
            assert.ok(Math.abs(v - expected[i]!) < 1e-4, `${model} ${i}: ${v}, not ${expected[i]}`),
          );
        }
        await session.dispose();
      }
    });

  it("rejects a batch without decoder inputs, or with them for a model without a decoder", () => {
    const read = { input_ids: [[1], [2]] };
    const both = (rows: unknown): string => JSON.stringify({ ...read, decoder_input_ids: rows });
    const pairs = { ...limits, decoder: true };
    assert.throws(() => readForwardInputs(JSON.stringify(read), pairs), {
      code: "forward-input",
      message: /decoder_input_ids is missing/,
    });
    assert.throws(() => readForwardInputs(both([[1]]), pairs), { code: "forward-input", message: /has 1 rows/ });
    assert.throws(() => readForwardInputs(both([[1], [200]]), pairs), { code: "id-out-of-range" });
    assert.throws(() => readForwardInputs(both([[1], [1]]), limits), {
      code: "forward-input",
      message: /takes no decoder_input_ids/,
    });
    assert.deepEqual(
      readForwardInputs(
        both([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        pairs,
      ).decoder_input_ids!.shape,
      [2, 3],
    );
  });

  it("rejects an incomplete folder and an unknown model family", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-forward-"));
    const refused = async (code: string): Promise<void> => assert.rejects(openModelFolder(folder), { code });
    try {
      await refused("base-incomplete");
      writeFileSync(join(folder, "config.json"), "[]");
      await refused("base-damaged");
      writeFileSync(join(folder, "config.json"), '{"model_type": "mamba"}');
      await refused("unknown-architecture");
      cpSync(join(modelFolder("bert-plain"), "config.json"), join(folder, "config.json"));
      await refused("base-incomplete");
      cpSync(join(modelFolder("bert-plain"), "model.safetensors"), join(folder, "model.safetensors"));
      await openModelFolder(folder);
      truncateSync(join(folder, "model.safetensors"), 5000);
      await refused("weights-truncated");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function forward(folder: string, input: string): { status: number | null; stdout: string; stderr: string } {
  const cli = path("dist/kernel/apps/cli/main.js");
  return spawnSync(process.execPath, [cli, "forward", folder, "--json", "--engine", "tfjs"], {
    input,
    encoding: "utf8",
  });
}
/** Returns the input ids of the first row, which has no padding in any batch. */
function firstRow(inputs: object): number[] {
  return (inputs as { readonly input_ids: number[][] }).input_ids[0]!;
}
