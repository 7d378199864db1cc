import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { removeDeadNodes } from "#dsl/tensor/passes/dead-code.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { layerBuilderWithCache } from "#stdlib/layers/cached-layers.js";
import { makeLayerBuilder } from "#stdlib/layers/graph-layers.js";
import { gpt2 } from "#stdlib/models/gpt2.run.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";

const VOCABULARY = 11;
const config = gpt2.config({ vocab_size: VOCABULARY, n_positions: 16, n_embd: 8, n_layer: 2, n_head: 2 });
const options = {
  family: gpt2,
  config,
  technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
  prefixInCheckpoint: false,
  tensors: new Set<string>(),
  seed: 3,
};
const call = { kind: "task", word: "text_generation", arguments: {} };
const generation = buildGenerationPrograms(options);
const forward = assembleForwardProgram(
  { ...options, task: { call, implementation: textGeneration }, labels: 0 },
  false,
);

/** Returns distinct numbers for every state that is not a cache. */
function weights(programs: readonly Program[]): Record<string, ArrayValues> {
  const states = Object.assign({}, ...programs.map((p) => p.state)) as Program["state"];
  const kept = Object.entries(states).filter(([, s]) => !("unset" in s.initial));
  return Object.fromEntries(
    kept.map(([name, { type }], k) => {
      const y = makeArrayValues(type.shape as number[]);
      y.data.forEach((_, i) => (y.data[i] = 0.4 * Math.sin(1.7 * i + k) + (/ln_/.test(name) ? 1 : 0)));
      return [name, y];
    }),
  );
}
const rowsOf = (v: ArrayValues): number[][] => {
  const n = v.shape.at(-1)!;
  return Array.from({ length: v.data.length / n }, (_, r) => Array.from(v.data.subarray(r * n, (r + 1) * n)));
};
const near = (got: readonly number[], want: readonly number[], what: string): void =>
  got.forEach((x, i) =>
    assert.ok(Math.abs(x - want[i]!) < 1e-10, `${what}[${String(i)}]: ${String(x)}, not ${String(want[i])}`),
  );

/** Returns the logits after a text that is read alone and in one pass. */
function alone(text: readonly number[], state: Record<string, ArrayValues>): number[] {
  const shape = [1, text.length];
  const feeds = {
    input_ids: makeArrayValues(shape, text),
    attention_mask: makeArrayValues(
      shape,
      text.map(() => 1),
    ),
  };
  return rowsOf(evaluateProgram(forward, feeds, state).outputs["logits"]!).at(-1)!;
}

/** Continues several texts together through the programs, as a runner does. */
class Continued {
  private state: Record<string, ArrayValues>;
  private mask: number[][];
  private next: number[];
  constructor(
    private readonly texts: number[][],
    room: number,
  ) {
    this.state = weights([generation.prefill]);
    this.run("reserve", { rows: makeArrayValues([texts.length]), room: makeArrayValues([room]) });
    this.mask = [];
    this.next = [];
  }
  private run(name: keyof typeof generation, feeds: Record<string, ArrayValues>): Record<string, ArrayValues> {
    const done = evaluateProgram(generation[name], feeds, this.state);
    this.state = { ...done.state };
    return done.outputs;
  }
  prefill(): number[][] {
    const { texts } = this;
    const length = Math.max(...texts.map((t) => t.length));
    const pad = (row: readonly number[], filler: number): number[] => [
      ...new Array<number>(length - row.length).fill(filler),
      ...row,
    ];
    this.mask = texts.map((t) =>
      pad(
        t.map(() => 1),
        0,
      ),
    );
    this.next = texts.map((t) => t.length);
    const table = (rows: readonly number[][]): ArrayValues => makeArrayValues([rows.length, length], rows.flat());
    const out = this.run("prefill", {
      input_ids: table(texts.map((t) => pad(t, 7))),
      attention_mask: table(this.mask),
      positions: table(texts.map((t) => pad([...t.keys()], 0))),
      last: makeArrayValues(
        [texts.length],
        texts.map((_, b) => (b + 1) * length - 1),
      ),
    });
    return this.checked(out);
  }
  decode(tokens: readonly number[]): number[][] {
    this.mask = this.mask.map((row) => [...row, 1]);
    const [rows, keys] = [tokens.length, this.mask[0]!.length];
    const out = this.run("decode", {
      input_ids: makeArrayValues([rows, 1], tokens),
      positions: makeArrayValues([rows, 1], this.next),
      attention_mask: makeArrayValues([rows, keys], this.mask.flat()),
      start: makeArrayValues([], [keys - 1]),
    });
    this.next = this.next.map((n) => n + 1);
    return this.checked(out);
  }
  reorder(order: readonly number[]): void {
    this.run("reorder", { order: makeArrayValues([order.length], order) });
    this.mask = order.map((r) => this.mask[r]!);
    this.next = order.map((r) => this.next[r]!);
  }
  private checked(out: Record<string, ArrayValues>): number[][] {
    const logits = rowsOf(out["logits"]!);
    const likeliest = logits.map((row) => row.indexOf(Math.max(...row)));
    assert.deepEqual(Array.from(out["next"]!.data), likeliest);
    return logits;
  }
}

describe("generation programs, in float64", () => {
  it("are valid", () => {
    for (const program of Object.values(generation)) validateProgram(program);
  });
  it("store the keys and values of every layer, and nothing else besides the weights", () => {
    const caches = ["cache.k/h.0.attn", "cache.k/h.1.attn", "cache.v/h.0.attn", "cache.v/h.1.attn"];
    assert.deepEqual(Object.keys(generation.reserve.state).sort(), caches);
    assert.deepEqual(Object.keys(generation.reorder.state).sort(), caches);
    const read = Object.keys(generation.decode.state).filter((name) => !name.startsWith("cache."));
    assert.deepEqual(read.sort(), Object.keys(forward.state).sort());
  });
  it("give unequal texts, token by token, the same logits as each full text alone", () => {
    const texts = [[1, 2, 3, 4, 5], [6], [9, 8, 10]];
    const state = weights([generation.prefill]);
    const continued = new Continued(texts, 8);
    continued.prefill().forEach((row, b) => near(row, alone(texts[b]!, state), `prefill, text ${String(b)}`));
    for (const tokens of [
      [3, 0, 10],
      [4, 4, 4],
      [1, 9, 2],
    ]) {
      const logits = continued.decode(tokens);
      tokens.forEach((token, b) => texts[b]!.push(token));
      logits.forEach((row, b) => near(row, alone(texts[b]!, state), `after ${String(tokens)}, text ${String(b)}`));
    }
  });
  it("continue after the rows of the batch change in order and number", () => {
    const texts = [
      [1, 2],
      [6, 5, 4],
    ];
    const state = weights([generation.prefill]);
    const continued = new Continued(texts, 5);
    continued.prefill();
    continued.reorder([1, 1, 0]);
    const logits = continued.decode([7, 8, 9]);
    [
      [6, 5, 4, 7],
      [6, 5, 4, 8],
      [1, 2, 9],
    ].forEach((text, b) => near(logits[b]!, alone(text, state), String(text)));
  });
});

describe("cached cross-attention, in float64", () => {
  const SIZE = 4;
  /** One decoder layer that attends to itself and to an encoder's outputs. */
  function layer(phase: "prefill" | "decode" | "whole"): { program: Program; caches: Record<string, TensorState> } {
    const graph = new Graph();
    const caches: Record<string, TensorState> = {};
    const plain = makeLayerBuilder({
      graph,
      prefix: "",
      prefixInCheckpoint: "",
      tensors: new Set(),
      trains: () => false,
      mayBeFresh: () => true,
      fits: () => true,
      initializerRange: 0.5,
      seed: 1,
    });
    const start = phase === "decode" ? graph.input("start", { dtype: "i32", shape: [] }) : graph.number(0, "i32");
    const onCache = (name: string, state: TensorState, grows: boolean): void => {
      caches[name] = state;
      assert.equal(grows, name.endsWith("self"));
    };
    const layers =
      phase === "whole"
        ? plain
        : layerBuilderWithCache(plain, { phase, start, keys: "keys", sources: "sources", onCache });
    const x = graph.input("x", { dtype: "f32", shape: ["batch", phase === "decode" ? 1 : "length", SIZE] });
    const source = graph.state("source", {
      type: { dtype: "f32", shape: ["batch", "sources", SIZE] },
      trains: false,
      initial: { unset: true },
    });
    const seen = graph.input("seen", { dtype: "i32", shape: ["batch", "sources"] });
    const mask = graph.input("mask", { dtype: "i32", shape: ["batch", phase === "decode" ? "keys" : "length"] });
    const project = (path: string, y: typeof x): typeof x =>
      layers.linear(path, y, { in: SIZE, out: SIZE, bias: false });
    const [q, k, v] = ["q", "k", "v"].map((name) => project(name, x));
    const own = layers.attention("self", q!, k!, v!, { heads: 2, causal: true, mask, dropout: 0 });
    const crossed = layers.attention("cross", project("cq", own), project("ck", source), project("cv", source), {
      heads: 2,
      mask: seen,
      cross: true,
      dropout: 0,
    });
    graph.output("y", crossed);
    return { program: removeDeadNodes(graph.program()), caches };
  }
  const [whole, prefill, decode] = (["whole", "prefill", "decode"] as const).map((phase) => layer(phase));

  it("reads the encoder output only once", () => {
    for (const { program } of [whole!, prefill!, decode!]) validateProgram(program);
    assert.equal(decode!.program.state["source"], undefined);
    assert.equal(decode!.program.state["ck.weight"], undefined);
    assert.deepEqual(Object.keys(decode!.caches).sort(), [
      "cache.k/cross",
      "cache.k/self",
      "cache.v/cross",
      "cache.v/self",
    ]);

    const data = (shape: readonly number[], seed: number): ArrayValues => {
      const y = makeArrayValues(shape);
      y.data.forEach((_, i) => (y.data[i] = Math.sin(seed + 2.1 * i)));
      return y;
    };
    const x = data([2, 3, SIZE], 5);
    const source = data([2, 4, SIZE], 6);
    const fixed = {
      source,
      ...Object.fromEntries(["q", "k", "v", "cq", "ck", "cv"].map((n, i) => [`${n}.weight`, data([SIZE, SIZE], i)])),
    };
    const seen = makeArrayValues([2, 4], [1, 1, 1, 1, 1, 1, 0, 0]);
    const expected = evaluateProgram(
      whole!.program,
      { x, seen, mask: makeArrayValues([2, 3], [1, 1, 1, 0, 1, 1]) },
      fixed,
    ).outputs["y"]!;

    const step = (from: number, to: number): ArrayValues =>
      makeArrayValues(
        [2, to - from, SIZE],
        [0, 1].flatMap((b) => Array.from(x.data.subarray((b * 3 + from) * SIZE, (b * 3 + to) * SIZE))),
      );
    const empty = Object.fromEntries(
      ["cache.k/self", "cache.v/self"].map((name) => [name, makeArrayValues([2, 5, SIZE])]),
    );
    const first = evaluateProgram(
      prefill!.program,
      { x: step(0, 2), seen, mask: makeArrayValues([2, 2], [1, 1, 0, 1]) },
      { ...fixed, ...empty },
    );
    const later = {
      x: step(2, 3),
      seen,
      mask: makeArrayValues([2, 3], [1, 1, 1, 0, 1, 1]),
      start: makeArrayValues([], [2]),
    };
    const second = evaluateProgram(decode!.program, later, { ...first.state, source: makeArrayValues([2, 4, SIZE]) });
    for (const b of [0, 1]) near(rowsOf(second.outputs["y"]!)[b]!, rowsOf(expected)[b * 3 + 2]!, `text ${String(b)}`);
  });
});
