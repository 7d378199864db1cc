/** A row with weight n trains like n copies of the row, and a row with weight 0 as if it were absent. */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { makeArrayValues } from "#dsl/tensor/values.js";
import { DataLoader, type ModelInputRows } from "#kernel/data/rows/loader.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";
import { labelTargets } from "#stdlib/tasks/text_classification.run.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { modelOf, names, training } from "#tests/stdlib/models/decoder-models.js";
import { fed, texts, trained } from "../rows/unlike-texts.js";
import { initial, shapesOf } from "#tests/stdlib/models/golden.js";
import { drawn } from "#tests/drawn.js";

const weights = [2, 0, 1, 3, 1];
const floats = ({ bytes }: NDArray): number[] => [
  ...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
];
/** Windows of at most 6 tokens; the longest text gives two windows. */
function windowsOf(own: readonly Int32Array[], of?: readonly number[]): ModelInputRows {
  const ids = new TokenWindows(new TextsInMemory(own), 6, null);
  const each = of && { weights: Float32Array.from(ids.texts, (text) => of[text]!) };
  return { ids, lengths: ids.lengths, taught: null, ...each };
}
const loaded = (rows: ModelInputRows, packed: number | null, weighed: boolean) =>
  new DataLoader(rows, { batchSize: 99, accumulate: 1, packed, shuffle: "none", seed: 1, padId: 1, weighed }).update(1);

describe("row weights", () => {
  for (const packed of [null, 12])
    it(`of next tokens (${packed === null ? "one text a row" : "packed"}) act like repeated texts`, () => {
      const { base, common } = modelOf(names[0]!);
      const step = (roles: readonly string[], feeds: Readonly<Record<string, NDArray>>) => {
        const o = {
          ...common,
          ...training("full", trained, []),
          tensors: shapesOf(base),
          packed: packed !== null,
          roles,
        };
        const program = assemblePrograms(o as AssembleOptions).train;
        const scalars = { rate: makeArrayValues([], [1e-3]), step: makeArrayValues([], [1]) };
        return evaluateProgram(program, { ...drawn(fed(feeds)), ...scalars }, initial(program, base)).outputs;
      };
      const weighed = loaded(windowsOf(texts, weights), packed, true);
      const often = loaded(
        windowsOf(weights.flatMap((n, i) => new Array<Int32Array>(n).fill(texts[i]!))),
        packed,
        false,
      );
      assert.equal(weighed.counts, often.counts);
      const [a, b] = [step(["text", "weight"], weighed.part(0).feeds), step(["text"], often.part(0).feeds)];
      for (const output of ["loss", "norm"])
        assert.ok(
          Math.abs(a[output]!.data[0]! - b[output]!.data[0]!) < 1e-7 * Math.abs(b[output]!.data[0]!),
          `${output}: ${a[output]!.data[0]!} weighed, ${b[output]!.data[0]!} repeated`,
        );
    });

  it("of labels are fed and multiplied by label weights in training only", () => {
    const ids = new TextsInMemory(texts);
    const taught = labelTargets(Int32Array.of(0, 1, 1, 0, 1), Float32Array.of(1, 4));
    const rows = { ids, lengths: Int32Array.from(texts, (t) => t.length), taught, weights: Float32Array.from(weights) };
    const weighed = loaded(rows, null, true);
    assert.deepEqual(floats(weighed.part(0).feeds["each"]!), weights);
    assert.equal(weighed.counts, 2 * 1 + 0 * 4 + 1 * 4 + 3 * 1 + 1 * 4);
    const scored = loaded(rows, null, false);
    assert.equal(scored.part(0).feeds["each"], undefined);
    assert.equal(scored.counts, 1 + 4 + 4 + 1 + 4);
  });
});
