import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { programMemoryOf } from "#dsl/tensor/memory.js";
import { optimise, PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import { dequantizeArray, quantizeArray } from "#dsl/tensor/numbers/quantize.js";
import type { WeightStorage } from "#dsl/tensor/storage.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

const SIZE = 64;
const ALL: readonly WeightStorage[] = [
  { weights: "bf16" },
  { weights: "int8" },
  { weights: "nf4", double: false },
  { weights: "nf4", double: true },
];

/**
 * A frozen table, two frozen layers (one with an adapter, one transposed), a frozen scale and a head; A, B and a bias
 * train.
 */
function model(): Program {
  const graph = new Graph();
  const state = (name: string, shape: readonly number[], more: Partial<TensorState> = {}): ReturnType<Graph["state"]> =>
    graph.state(name, { type: { dtype: "f32", shape }, trains: false, initial: { checkpoint: name }, ...more });
  const ids = graph.input("ids", { dtype: "i32", shape: ["batch"] });
  const table = state("table", [SIZE, SIZE]);
  const adapted = state("one", [SIZE, SIZE], { outputs: 0 });
  const head = state("head", [SIZE, SIZE]);
  const a = state("a", [2, SIZE], { trains: true });
  const b = state("b", [SIZE, 2], { trains: true });
  const bias = state("bias", [SIZE], { trains: true });
  const x = table.gather(ids);
  const h = graph.one("low_rank_linear", [x, adapted, a, b], { scale: 2 }).multiply(state("scale", [SIZE]));
  const y = h.tanh().linear(state("two", [SIZE, SIZE], { outputs: 1 }).transpose([1, 0]), bias);
  const loss = y.linear(head).crossEntropy(ids, { reduction: "mean" });
  const trained = [a, b, bias];
  const gradients = gradientsOfLoss(graph, loss, trained);
  graph.output("loss", loss);
  trained.forEach((t, i) => graph.output(`d${i}`, gradients[i]!));
  return graph.program();
}
const numbers = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * 13 + i * 7.3) * (0.05 + (i % 5) * 0.02));

/** Returns the initial value of each state, computed as an engine does. */
function begun(program: Program): Record<string, ArrayValues> {
  const original = model().state;
  const names = Object.keys(original);
  const raw = (name: string): Float32Array => {
    const count = (original[name]!.type.shape as number[]).reduce((n, d) => n * d, 1);
    return numbers(count, names.indexOf(name) + 1);
  };
  return Object.fromEntries(
    Object.entries(program.state).map(([name, { type, initial }]) => {
      if (!("of" in initial)) return [name, makeArrayValues(type.shape as number[], raw(name))];
      if (!("stored" in initial.take)) throw new Error(name);
      const parts = quantizeArray(raw(initial.of.name), initial.of.type.shape as number[], initial.take.stored);
      return [name, fromNDArray(parts[initial.take.part as "codes"]!)];
    }),
  );
}
/** Returns the program with f32 states that hold the dequantized values. */
function rounded(program: Program): Record<string, ArrayValues> {
  const plain = begun(model());
  for (const { initial } of Object.values(program.state))
    if ("of" in initial && "stored" in initial.take) {
      const { name, type } = initial.of;
      const shape = type.shape as number[];
      const x = Float32Array.from(begun(model())[name]!.data);
      plain[name] = makeArrayValues(
        shape,
        dequantizeArray(quantizeArray(x, shape, initial.take.stored), shape, initial.take.stored),
      );
    }
  return plain;
}
const feeds = { ids: makeArrayValues([3], [5, 63, 0]) };
const passed = (storage?: WeightStorage, more: Partial<PassSettings> = {}): Program =>
  optimise(model(), { ...PLAIN_PASS_SETTINGS, ...more, ...(storage && { storage }) });

describe("storage pass", () => {
  it("leaves a program unchanged unless enabled", () => {
    assert.deepEqual(passed({ weights: "f32" }), passed());
  });
  for (const storage of ALL)
    for (const precision of ["f32", "bf16"] as const) {
      const title = `${storage.weights}${storage.double ? " twice" : ""}, products in ${precision}`;
      it(`gives outputs and gradients of the rounded weights: ${title}`, () => {
        const program = passed(storage, { precision });
        validateProgram(program);
        const got = evaluateProgram(program, feeds, begun(program)).outputs;
        const want = evaluateProgram(passed(undefined, { precision }), feeds, rounded(program)).outputs;
        for (const [name, { data }] of Object.entries(want))
          data.forEach((x, i) => {
            const y = got[name]!.data[i]!;
            assert.ok(
              Math.abs(x - y) <= (precision === "f32" ? 1e-6 : 2e-2) * Math.max(1, Math.abs(x)),
              `${name}: ${y}, ${x}`,
            );
          });
      });
    }
  it("leaves trained weights, vectors and heads in f32, and stores tables in bf16", () => {
    const { state } = passed({ weights: "nf4", double: false });
    const types = Object.fromEntries(Object.entries(state).map(([name, s]) => [name, s.type.dtype]));
    assert.deepEqual(types, {
      ...{ a: "f32", b: "f32", bias: "f32", head: "f32", scale: "f32", table: "bf16" },
      ...{ "one/codes": "u8", "one/scales": "f32", "two/codes": "u8", "two/scales": "f32" },
    });
    const ids = passed({ weights: "int8" }).nodes.flatMap((n) => (n.op === "dequantize" ? [n.attributes["axis"]] : []));
    assert.deepEqual(new Set(ids), new Set([0, 1]));
  });
  it("adds a copy per product, forward and backward, after the other input is ready", () => {
    const program = passed({ weights: "nf4", double: false });
    const copies = program.nodes.filter((n) => n.op === "dequantize_blocks");
    // Forward and backward pass of the second layer, forward pass of the first: nothing before the first layer trains.
    assert.equal(copies.length, 3);
    const inputs = new Set(Object.values(program.inputs).map((i) => i.ref.node));
    for (const { after } of copies) {
      assert.equal(after?.length, 1);
      assert.ok(!inputs.has(after![0]!));
    }
  });
  it("reduces memory of state and copies together", () => {
    const total = (storage?: WeightStorage): number => {
      const { state, working } = programMemoryOf(passed(storage), { batch: 3 });
      return state + working;
    };
    const [f32, bf16, int8, nf4] = [undefined, ...ALL.slice(0, 3)].map(total) as [number, number, number, number];
    assert.ok(nf4 < int8 && int8 < bf16 && bf16 < f32, [f32, bf16, int8, nf4].join());
  });
});
