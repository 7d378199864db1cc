/**
 * Matrix products of text-generation programs, computed by our own CPU kernel: every shape and activation equals the
 * reference.
 */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { normalValues } from "#kernel/engines/random.js";
import { engineNamed } from "./engines.js";

const SIZES = [
  [5, 3],
  [16, 8],
  [24, 20],
  [100, 67],
  [64, 600],
] as const;
const CURVES = [undefined, "relu", "tanh", "sigmoid", "gelu", "gelu_tanh"] as const;

/**
 * A program with all sizes and activations and both weight layouts. Its attention over a store marks it as a generation
 * program.
 */
function program(): Program {
  const graph = new Graph();
  const input = (name: string, ...shape: (number | string)[]): Tensor => graph.input(name, { dtype: "f32", shape });
  const whole = (name: string, ...shape: string[]): Tensor => graph.input(name, { dtype: "i32", shape });
  const row = input("row", "tokens", 4);
  const store = graph.input("store", { dtype: "f32", shape: ["stored", 4] });
  const attention = graph.one(
    "cached_attention",
    [
      row.reshape(["tokens", 1, 4]),
      row,
      row,
      store,
      store,
      whole("rows", "tokens"),
      whole("places", "texts", "keys"),
      whole("texts", "tokens"),
      whole("lengths", "tokens"),
    ],
    { heads: 1, key_value_heads: 1, window: 0, scale: 1, cap: 0 },
  );
  graph.output("attention", attention);
  for (const [inner, outer] of SIZES) {
    const size = `${String(inner)}x${String(outer)}`;
    const x = input(`x${size}`, "tokens", 1, inner);
    const bias = input(`b${size}`, outer);
    const ways = { lies: input(`w${size}`, outer, inner), turned: input(`t${size}`, inner, outer).transpose([1, 0]) };
    for (const [way, weight] of Object.entries(ways)) {
      graph.output(`${size} ${way} bare`, graph.one("linear", [x, weight]));
      for (const activation of CURVES)
        graph.output(
          `${size} ${way} ${activation ?? "plain"}`,
          graph.one("linear", [x, weight, bias], activation ? { activation } : {}),
        );
    }
  }
  return graph.program();
}

describe("matrix products with few rows on tensorflow", function () {
  this.timeout(60_000);
  const step = program();

  it("match the reference, for one row and for many", async () => {
    const session = await (await engineNamed("tensorflow")).open({ step }, []);
    for (const tokens of [1, 2, 3, 4, 7, 70]) {
      const sizes: Record<string, number> = { tokens, stored: 70, texts: 1, keys: 70 };
      const feeds = Object.fromEntries(
        Object.entries(step.inputs).map(([name, { type }], seed): [string, NDArray] => {
          const shape = type.shape.map((d) => (typeof d === "number" ? d : sizes[d]!));
          const count = shape.reduce((n, d) => n * d, 1);
          if (type.dtype === "f32")
            return [
              name,
              { dtype: "f32", shape, bytes: new Uint8Array(normalValues(count, 1, seed + 1, "step").buffer) },
            ];
          const whole = Array.from({ length: count }, (_, i) =>
            name === "texts" ? 0 : name === "lengths" ? i + 1 : i,
          );
          return [name, toNDArray("i32", makeArrayValues(shape, whole))];
        }),
      );
      const given = Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, fromNDArray(array)]));
      const expected = evaluateProgram(step, given, {}).outputs;
      const got = await session.run("step", feeds);
      for (const [name, { data }] of Object.entries(expected)) {
        const own = fromNDArray(got[name]!).data;
        data.forEach((x, i) =>
          assert.ok(
            Math.abs(own[i]! - x) <= 2e-5 * Math.max(1, Math.abs(x)),
            `${name}, ${String(tokens)} rows: ${String(own[i])}, not ${String(x)}`,
          ),
        );
      }
    }
    await session.dispose();
  });
});
