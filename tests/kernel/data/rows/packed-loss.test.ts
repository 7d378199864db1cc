/** Packed rows have the loss and the gradients of rows with one text each, on every small decoder, in float64. */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { makeArrayValues } from "#dsl/tensor/values.js";
import { collateNextTokens, collatePackedRows } from "#kernel/data/sequences/next-token.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { modelOf, names, training } from "#tests/stdlib/models/decoder-models.js";
import { fed, texts, trained } from "./unlike-texts.js";
import { initial, shapesOf } from "#tests/stdlib/models/golden.js";
import { drawn } from "#tests/drawn.js";

const rows = [[0, 3, 1], [4], [2]];

describe("packed rows", () => {
  for (const name of names)
    it(`of ${name} have the same loss and gradients as single texts`, () => {
      const { base, common } = modelOf(name);
      const settings = training("full", trained, []);
      const program = (packed: boolean) => {
        const o = { ...common, ...settings, tensors: shapesOf(base), packed } as AssembleOptions;
        return assemblePrograms(o).train;
      };
      const step = (packed: boolean, feeds: Readonly<Record<string, NDArray>>) => {
        const train = program(packed);
        const scalars = { rate: makeArrayValues([], [1e-3]), step: makeArrayValues([], [1]) };
        return evaluateProgram(train, { ...drawn(fed(feeds)), ...scalars }, initial(train, base)).outputs;
      };
      const packed = step(true, collatePackedRows(texts, rows, { padId: 1 }));
      const single = step(
        false,
        collateNextTokens(
          texts,
          texts.map((_, i) => i),
          { padId: 1 },
        ),
      );
      for (const output of ["loss", "norm"]) {
        const [a, b] = [packed[output]!.data[0]!, single[output]!.data[0]!];
        assert.ok(Math.abs(a - b) < 1e-10 * Math.abs(b), `${output}: ${a} packed, ${b} apart`);
      }
      // The test would notice if packed texts attended to each other: without segments the loss differs.
      const blind = collatePackedRows(texts, rows, { padId: 1 });
      const mask = blind["attention_mask"]!;
      const mixed = step(true, { ...blind, segments: mask })["loss"]!.data[0]!;
      assert.ok(Math.abs(mixed - single["loss"]!.data[0]!) > 1e-6);
    });
});
