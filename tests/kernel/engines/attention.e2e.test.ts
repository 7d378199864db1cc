/**
 * Attention sizes that fill and exceed the engines' block sizes, forward and backward, compared with the reference.
 */
import assert from "node:assert/strict";
import { Graph, type AttentionOptions } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { fromNDArray, elementCountOfShape } from "#dsl/tensor/values.js";
import { normalValues } from "#kernel/engines/random.js";
import { ENGINES, engineNamed } from "./engines.js";

interface Shape {
  readonly batch: number;
  readonly length: number;
  /** Defaults to `length`. */
  readonly keys?: number;
  readonly heads: number;
  readonly key_value_heads?: number;
  readonly size: number;
  /** Masked keys at the start of each row: row b has b times as many. */
  readonly padding?: number;
  /** Length of the texts packed into one row. */
  readonly packed?: number;
  readonly offset?: number;
  readonly rate?: number;
  /** Whether each row of the batch draws dropout with its own seed. */
  readonly apart?: boolean;
  readonly o?: Pick<AttentionOptions, "causal" | "window" | "cap">;
}
const shapes: readonly Shape[] = [
  { batch: 2, length: 70, heads: 2, size: 32, padding: 9 },
  { batch: 1, length: 130, heads: 6, key_value_heads: 2, size: 16, o: { causal: true } },
  { batch: 3, length: 33, heads: 3, key_value_heads: 1, size: 20, padding: 11, o: { causal: true } },
  { batch: 1, length: 150, heads: 1, size: 8, o: { causal: true, window: 17 } },
  { batch: 1, length: 150, heads: 1, size: 8, o: { window: 40 } },
  { batch: 2, length: 96, heads: 4, key_value_heads: 2, size: 12, packed: 40, o: { causal: true } },
  { batch: 2, length: 80, heads: 2, size: 24, padding: 30, packed: 25, rate: 0.3 },
  { batch: 2, length: 65, heads: 4, key_value_heads: 1, size: 64, rate: 0.2, apart: true, o: { causal: true } },
  {
    batch: 3,
    length: 1,
    keys: 90,
    heads: 9,
    key_value_heads: 3,
    size: 64,
    padding: 20,
    offset: 80,
    o: { causal: true },
  },
  { batch: 1, length: 5, keys: 75, heads: 2, size: 10, offset: 60, rate: 0.1, o: { causal: true, window: 20 } },
  { batch: 2, length: 3, keys: 70, heads: 2, size: 7 },
  {
    batch: 2,
    length: 66,
    heads: 4,
    key_value_heads: 2,
    size: 12,
    padding: 9,
    o: { causal: true, window: 20, cap: 1.5 },
  },
];

describe("attention in blocks", () => {
  for (const name of ENGINES)
    it(`matches the float64 reference on ${name}`, async function () {
      this.timeout(60_000);
      const engine = await engineNamed(name);
      const programs = Object.fromEntries(shapes.map((s, i) => [`shape_${i}`, programOf(s)]));
      const session = await engine.open(programs, []);
      const wrong: string[] = [];
      for (const [i, shape] of shapes.entries()) {
        const feeds = feedsOf(shape, i);
        const got = await session.run(`shape_${i}`, feeds);
        const values = Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, fromNDArray(v)]));
        for (const [output, { data }] of Object.entries(evaluateProgram(programs[`shape_${i}`]!, values, {}).outputs)) {
          const greatest = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
          const off = fromNDArray(got[output]!).data.reduce((m, x, k) => Math.max(m, Math.abs(x - data[k]!)), 0);
          if (!(off <= 5e-6 * greatest)) wrong.push(`${JSON.stringify(shape)} ${output}: ${off} of ${greatest}`);
        }
      }
      await session.dispose();
      assert.deepEqual(wrong, []);
    });
});

function programOf({ heads, key_value_heads = heads, size, keys, rate, apart, packed, offset, o }: Shape): Program {
  const graph = new Graph();
  const float = (name: string, length: string, width: number): Tensor =>
    graph.input(name, { dtype: "f32", shape: ["batch", length, width] });
  const integer = (name: string, ...shape: string[]): Tensor => graph.input(name, { dtype: "i32", shape });
  const length = keys === undefined ? "length" : "keys";
  const q = float("q", "length", heads * size);
  const [k, v] = [float("k", length, key_value_heads * size), float("v", length, key_value_heads * size)];
  const context = graph.attention(q, k, v, {
    ...{ heads, keyValueHeads: key_value_heads, scale: 1 / Math.sqrt(size), ...o },
    mask: integer("mask", "batch", length),
    ...(packed && { segments: integer("segments", "batch", "length") }),
    ...(offset && { offset: integer("offset") }),
    ...(rate && { dropout: { rate, seed: 5, step: integer("step", ...(apart ? ["batch"] : [])) } }),
  });
  graph.output("context", context);
  const loss = context.multiply(float("wave", "length", heads * size)).sum();
  gradientsOfLoss(graph, loss, [q, k, v]).forEach((d, i) => graph.output(`d${"qkv"[i]!}`, d!));
  return graph.program();
}

function feedsOf(s: Shape, seed: number): Record<string, NDArray> {
  const { batch, length, keys = length, heads, key_value_heads = heads, size } = s;
  const floats = (name: string, ...shape: number[]): NDArray => {
    const data = normalValues(elementCountOfShape(shape), 1, seed, name);
    return { dtype: "f32", shape, bytes: new Uint8Array(data.buffer) };
  };
  const integers = (shape: readonly number[], f: (i: number) => number): NDArray => {
    const data = Int32Array.from({ length: elementCountOfShape(shape) }, (_, i) => f(i));
    return { dtype: "i32", shape, bytes: new Uint8Array(data.buffer) };
  };
  const hidden = (b: number): number => b * (s.padding ?? 0);
  return {
    q: floats("q", batch, length, heads * size),
    k: floats("k", batch, keys, key_value_heads * size),
    v: floats("v", batch, keys, key_value_heads * size),
    wave: floats("wave", batch, length, heads * size),
    mask: integers([batch, keys], (i) => (i % keys < hidden(Math.floor(i / keys)) ? 0 : 1)),
    ...(s.packed && { segments: integers([batch, length], (i) => 1 + Math.floor((i % length) / s.packed!)) }),
    ...(s.offset && { offset: integers([], () => s.offset!) }),
    ...(s.rate && { step: integers(s.apart ? [batch] : [], (i) => 4 - 7 * i) }),
  };
}
