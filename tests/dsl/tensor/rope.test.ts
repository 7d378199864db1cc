import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { ropeFrequencies, type RopeConfig, type RotaryFrequencies } from "#dsl/tensor/numbers/rope.js";
import { makeArrayValues } from "#dsl/tensor/values.js";

const golden = fileURLToPath(new URL("../../../../tests/golden/oracle/rope.json", import.meta.url));
const wave = (shape: readonly number[], by: number): ReturnType<typeof makeArrayValues> =>
  makeArrayValues(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1 + i * by)),
  );

describe("rotary position embedding (rope)", () => {
  it("matches frequencies and factors of transformers for six kinds of scaling", () => {
    const cases = JSON.parse(readFileSync(golden, "utf8")) as (RopeConfig & RotaryFrequencies)[];
    assert.equal(new Set(cases.map((c) => c.scaling?.type)).size, 6);
    for (const { frequencies, factor, ...config } of cases) {
      const what = JSON.stringify(config);
      const got = ropeFrequencies(config);
      assert.ok(Math.abs(got.factor - factor) <= 1e-7 * factor, what);
      assert.equal(got.frequencies.length, frequencies.length, what);
      got.frequencies.forEach((f, i) => {
        // transformers computes in f32 throughout, so a difference of a few units in the last place is allowed.
        assert.ok(Math.abs(f - frequencies[i]!) <= 1e-6 * frequencies[i]!, `${what} ${i}: ${f}, ${frequencies[i]}`);
      });
    }
  });
  it("makes scores depend on the distance of two positions, not on the positions", () => {
    const graph = new Graph();
    const [q, k] = ["q", "k"].map((name) => graph.input(name, { dtype: "f64", shape: [1, 1, 8] })) as [Tensor, Tensor];
    for (const interleaved of [false, true]) {
      const o = { heads: 2, frequencies: [1, 0.3], interleaved };
      const at = (x: Tensor, position: number): Tensor => graph.rope(x, positions(graph, position), o);
      const score = (a: number, b: number): Tensor => at(q, a).multiply(at(k, b)).sum();
      graph.output(`near ${interleaved}`, score(5, 3));
      graph.output(`far ${interleaved}`, score(105, 103));
      graph.output(`apart ${interleaved}`, score(5, 2));
    }
    const { outputs } = evaluateProgram(graph.program(), { q: wave([1, 1, 8], 1.1), k: wave([1, 1, 8], 2.3) }, {});
    const number = (name: string): number => outputs[name]!.data[0]!;
    for (const interleaved of [false, true]) {
      assert.ok(Math.abs(number(`near ${interleaved}`) - number(`far ${interleaved}`)) < 1e-12);
      assert.ok(Math.abs(number(`near ${interleaved}`) - number(`apart ${interleaved}`)) > 1e-3);
    }
  });
  it("rejects wrong shapes and head counts", () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "f32", shape: ["batch", "length", 8] });
    const right = graph.input("right", { dtype: "i32", shape: ["batch", "length"] });
    const ids = graph.input("ids", { dtype: "i32", shape: ["batch", "other"] });
    for (const wrong of [
      () => graph.rope(x, positions(graph, 0), { heads: 2, frequencies: [1] }),
      () => graph.rope(x, ids, { heads: 2, frequencies: [1] }),
      () => graph.rope(x, right, { heads: 3, frequencies: [1] }),
      () => graph.rope(x, right, { heads: 2, frequencies: [1, 1, 1] }),
    ])
      assert.throws(wrong, (e) => e instanceof CodedError && e.code === "graph-type", String(wrong));
  });
});

function positions(graph: Graph, at: number): Tensor {
  return graph.number(at, "i32").reshape([1]);
}
