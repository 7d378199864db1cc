import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph, type AttentionOptions } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { programCostOf } from "#dsl/tensor/cost.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

const HEADS = 4;
const KV = 2;
const SIZE = 2;

/**
 * Returns the context and the gradients of q, k and v for loss Σ context · wave. Rows are `segments`; if unset, all
 * form one segment.
 */
function attend(
  rows: {
    readonly q: ArrayValues;
    readonly k: ArrayValues;
    readonly v: ArrayValues;
    readonly wave: ArrayValues;
    readonly segments?: ArrayValues;
  },
  o: Pick<AttentionOptions, "causal" | "window">,
): Record<string, ArrayValues> {
  const graph = new Graph();
  const state = (name: string, width: number): Tensor =>
    graph.state(name, {
      type: { dtype: "f64", shape: rows.q.shape.toSpliced(2, 1, width) },
      trains: true,
      initial: { zeros: true },
    });
  const [q, k, v] = [state("q", HEADS * SIZE), state("k", KV * SIZE), state("v", KV * SIZE)];
  const wave = state("wave", HEADS * SIZE);
  const segments = rows.segments && graph.input("segments", { dtype: "i32", shape: rows.segments.shape });
  const context = graph.attention(q, k, v, {
    ...{ heads: HEADS, keyValueHeads: KV, scale: 0.6, ...o },
    ...(segments && { segments }),
  });
  graph.output("context", context);
  gradientsOfLoss(graph, context.multiply(wave).sum(), [q, k, v]).forEach((d, i) => graph.output(`d${"qkv"[i]!}`, d!));
  const { segments: fed, ...held } = rows;
  return { ...evaluateProgram(graph.program(), fed ? { segments: fed } : {}, held).outputs };
}

describe("attention", () => {
  it("over packed texts equals that of each text alone, forward and backward", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    const options = fc.record({ causal: fc.boolean(), window: fc.constantFrom(0, 1, 2) });
    fc.assert(
      fc.property(lengths, options, fc.integer(), (parts, o, seed) => {
        const length = parts.reduce((a, b) => a + b, 0);
        let n = seed;
        const random = (width: number): ArrayValues =>
          makeArrayValues(
            [1, length, width],
            Array.from({ length: length * width }, () => Math.sin((n = (n * 7 + 3) % 1000003))),
          );
        const packed = {
          q: random(HEADS * SIZE),
          k: random(KV * SIZE),
          v: random(KV * SIZE),
          wave: random(HEADS * SIZE),
        };
        const segments = makeArrayValues(
          [1, length],
          parts.flatMap((part, i) => new Array<number>(part).fill(i + 1)),
        );
        const whole = attend({ ...packed, segments }, o);
        let from = 0;
        for (const part of parts) {
          const cut = ({ shape, data }: ArrayValues): ArrayValues =>
            makeArrayValues([1, part, shape[2]!], data.subarray(from * shape[2]!, (from + part) * shape[2]!));
          const alone = attend({ q: cut(packed.q), k: cut(packed.k), v: cut(packed.v), wave: cut(packed.wave) }, o);
          for (const [name, value] of Object.entries(alone))
            cut(whole[name]!).data.forEach((x, i) => assert.ok(Math.abs(x - value.data[i]!) < 1e-12, name));
          from += part;
        }
      }),
      { numRuns: 40, seed: 3 },
    );
  });
  it("of a query at an offset equals that of the same query in place", () => {
    const graph = new Graph();
    const [q, k] = ["q", "k"].map((name) => graph.input(name, { dtype: "f64", shape: [1, 5, 4] })) as [Tensor, Tensor];
    const o = { heads: 2, scale: 0.5, causal: true, window: 3 };
    graph.output("all", graph.attention(q, k, k, o).slice(1, 3, 1));
    graph.output("one", graph.attention(q.slice(1, 3, 1), k, k, { ...o, offset: graph.number(3, "i32") }));
    graph.output("early", graph.attention(q, k, k, o).takePosition(3).reshape([1, 1, 4]));
    const wave = (by: number): ArrayValues =>
      makeArrayValues(
        [1, 5, 4],
        Array.from({ length: 20 }, (_, i) => Math.sin(i * by)),
      );
    const { all, one, early } = evaluateProgram(graph.program(), { q: wave(1.3), k: wave(2.1) }, {}).outputs;
    assert.deepEqual(one, all);
    assert.deepEqual(early, all);
    const taken = graph.table.filter((n) => n.op === "take_position");
    assert.deepEqual(
      taken.map((n) => n.inputs),
      [[q.ref]],
      "of the queries, not of what attention gives",
    );
  });
  it("shares key and value heads as if they were repeated", () => {
    const graph = new Graph();
    const q = graph.input("q", { dtype: "f64", shape: [2, 3, 8] });
    const k = graph.input("k", { dtype: "f64", shape: [2, 3, 4] });
    const twice = graph.concat(
      [0, 0, 1, 1].map((head) => k.slice(2, head * 2, 2)),
      2,
    );
    graph.output("few", graph.attention(q, k, k, { heads: 4, keyValueHeads: 2, scale: 0.5 }));
    graph.output("all", graph.attention(q, twice, twice, { heads: 4, scale: 0.5 }));
    const wave = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.cos(i * 1.7));
    const { few, all } = evaluateProgram(
      graph.program(),
      { q: makeArrayValues([2, 3, 8], wave(48)), k: makeArrayValues([2, 3, 4], wave(24)) },
      {},
    ).outputs;
    assert.deepEqual(few, all);
  });
  it("counts all its products, causal or not, and only the requested gradients", () => {
    const cost = (wanted: readonly string[], causal: boolean): number => {
      const graph = new Graph();
      const state = (name: string, width: number): Tensor =>
        graph.state(name, { type: { dtype: "f32", shape: [3, 10, width] }, trains: true, initial: { zeros: true } });
      const x = { q: state("q", 8), k: state("k", 4), v: state("v", 4) };
      const context = graph.attention(x.q, x.k, x.v, { heads: 4, keyValueHeads: 2, scale: 1, causal });
      const of = wanted.map((name) => x[name as "q"]);
      gradientsOfLoss(graph, context.sum(), of).forEach((d, i) => graph.output(wanted[i]!, d!));
      return programCostOf(graph.program(), {}).products;
    };
    const product = 2 * 3 * 10 * 10 * 8;
    assert.equal(cost(["q", "k", "v"], true), 6 * product);
    assert.equal(cost(["q", "v"], false), 5 * product);
    assert.equal(cost(["v"], false), 3 * product);
  });
  it("rejects wrong shapes and options", () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "f32", shape: ["batch", "length", 8] });
    const narrow = graph.input("narrow", { dtype: "f32", shape: ["batch", "keys", 4] });
    const ids = graph.input("ids", { dtype: "i32", shape: ["batch", "length"] });
    const o = { heads: 4, scale: 1 };
    for (const wrong of [
      () => graph.attention(x, narrow, narrow, o),
      () => graph.attention(x, narrow, narrow, { ...o, keyValueHeads: 3 }),
      () => graph.attention(x, narrow, narrow, { ...o, keyValueHeads: 2, segments: ids }),
      () => graph.attention(x, narrow, narrow, { ...o, keyValueHeads: 2, mask: ids }),
      () => graph.attention(x, x, x, { ...o, window: 1.5 }),
      () => graph.attention(x, x, x, { ...o, offset: ids }),
      () => graph.attention(x, x, x, { ...o, bias: x }),
      () => graph.apply("attention", [x, x, x, ids, ids], { ...o, rate: 0, given: [] }),
      () => graph.apply("attention", [x, x, x, ids, ids, x], { ...o, rate: 0, given: ["bias", "segments"] }),
    ])
      assert.throws(wrong, (e) => e instanceof CodedError && e.code === "graph-type", String(wrong));
  });
});
