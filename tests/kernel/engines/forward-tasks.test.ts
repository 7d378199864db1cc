/** Forward passes of model folders with the heads of other tasks: `architectures` of config.json selects the head. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { fromNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { uniform } from "#tests/oracles/numbers.js";
import { float32, writeSafetensors } from "#tests/oracles/safetensors.js";

interface Golden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly batches: readonly Readonly<Record<string, unknown>>[];
  readonly logits: readonly unknown[];
}
const goldens = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/encoder-tasks.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Golden>>;
const ARCHITECTURES: Readonly<Record<string, string>> = {
  regression: "BertForSequenceClassification",
  token: "BertForTokenClassification",
  mask: "BertForMaskedLM",
};

describe("model folder with a task head", () => {
  for (const [name, architecture] of Object.entries(ARCHITECTURES))
    it(`${architecture}: logits match transformers`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
      try {
        const { config, parameters, batches, logits } = goldens[name]!;
        writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, architectures: [architecture] }));
        const weights = Object.entries(parameters).map(([key, shape]) => {
          const own = uniform(`tasks/${name}/${key}`, shape, /LayerNorm|bias$/.test(key) ? 0.1 : 0.25);
          return [key, [...shape], /LayerNorm\.weight$/.test(key) ? own.map((x) => x + 1) : own] as const;
        });
        const file = join(folder, "model.safetensors");
        writeSafetensors(file, Object.fromEntries(weights.map(([key, shape, own]) => [key, float32(shape, own)])));
        const { limits, program } = await openModelFolder(folder);
        const made = program(true);
        const batch = readForwardInputs(JSON.stringify({ ...batches[0]!, labels: undefined }), limits);
        const state = Object.fromEntries(weights.map(([key, shape, own]) => [key, makeArrayValues(shape, own)]));
        const feeds = Object.entries(batch).map(([key, array]) => [key, fromNDArray(array)] as const);
        const got = evaluateProgram(made, Object.fromEntries(feeds), state).outputs["logits"]!.data;
        const want = logits.flat(Infinity) as number[];
        assert.equal(got.length, want.length);
        got.forEach((x, i) => assert.ok(Math.abs(x - want[i]!) < 1e-4, `${x} is not ${want[i]}`));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
});
