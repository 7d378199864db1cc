/** Gradient times input compared with PyTorch's on small BERTs, in float64. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues } from "#dsl/tensor/values.js";
import { bert } from "#stdlib/models/bert.run.js";
import { buildAttributionProgram } from "#stdlib/programs/why.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.js";
import { feedsOf, root, run, shapesOf, tensorsOf } from "../models/golden.js";

interface Golden {
  readonly model: string;
  readonly inputs: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly chosen: readonly number[];
  readonly why: readonly (readonly number[])[];
}
const goldens = JSON.parse(readFileSync(new URL("golden/oracle/why.json", root), "utf8")) as readonly Golden[];
const call = (kind: string, word: string) => ({ kind, word, arguments: {} });

describe("token attribution", () => {
  for (const { model, inputs, chosen, why } of goldens)
    it(`${model}: equals gradient times input in PyTorch`, () => {
      const base = tensorsOf(`${model}/model.safetensors`);
      const config = JSON.parse(readFileSync(new URL(`fixtures/models/${model}/config.json`, root), "utf8")) as Record<
        string,
        unknown
      >;
      const labels = base["classifier.weight"]!.shape[0]!;
      const program = buildAttributionProgram({
        ...{ family: bert, config: bert.config(config), prefixInCheckpoint: true, tensors: shapesOf(base), labels },
        task: { call: call("task", "text_classification"), implementation: textClassification },
        technique: { call: call("technique", "full"), implementation: full },
        ...{ seed: 0, dropout: null, tokenTypes: true },
      });
      validateProgram(program);
      const flat = chosen.map((label, row) => row * labels + label);
      const fed = { ...feedsOf(inputs), chosen: makeArrayValues([flat.length], flat) };
      const found = run(program, fed, base).outputs["why"]!;
      const width = why[0]!.length;
      assert.deepEqual(found.shape, [why.length, width]);
      why.forEach((row, r) => {
        const greatest = Math.max(...row.map(Math.abs));
        row.forEach((wanted, token) => {
          const off = Math.abs(found.data[r * width + token]! - wanted);
          assert.ok(
            off <= 1e-5 * greatest,
            `row ${String(r)}, token ${String(token)}: off by ${String(off / greatest)}`,
          );
        });
      });
    });
});
