import assert from "node:assert/strict";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { ENGINES, engineNamed } from "./engines.js";

const [VOCABULARY, WIDTH] = [11, 6];
interface Shape {
  readonly chunks: number;
  /** Whether the head shares the token embedding, which then trains. */
  readonly tied: boolean;
  readonly reduction: "mean" | "sum";
  /** Whether the loss is more than a mean, so that its gradient is not the constant 1. */
  readonly twisted: boolean;
}
const wave = (shape: readonly number[], by: number): NDArray => {
  const y = makeArrayValues(shape);
  return toNDArray("f32", { ...y, data: y.data.map((_, i) => Math.sin(by + 1.7 * i)) });
};

/** Token embedding, one layer, the trained positions and the head. Outputs the loss and the gradients. */
function program({ chunks, tied, reduction, twisted }: Shape): Program {
  const graph = new Graph();
  const ids = graph.input("ids", { dtype: "i32", shape: ["batch", "length"] });
  const targets = graph.input("targets", { dtype: "i32", shape: ["targets"] });
  const labels = graph.input("labels", { dtype: "i32", shape: ["targets"] });
  const state = (name: string, by: number, ...shape: number[]): ReturnType<Graph["state"]> =>
    graph.state(name, { type: { dtype: "f32", shape }, trains: true, initial: { value: wave(shape, by) } });
  const table = state("table", 1, VOCABULARY, WIDTH);
  const layer = state("layer", 2, WIDTH, WIDTH);
  const head = tied ? table : state("head", 3, VOCABULARY, WIDTH);
  const x = table.gather(ids).linear(layer).tanh();
  const loss = x.takeRows(targets).headLoss(head, labels, { reduction, chunks });
  const last = twisted ? loss.square() : loss;
  graph.output("loss", last);
  const wrt = tied ? [table, layer] : [layer];
  gradientsOfLoss(graph, last, wrt).forEach((d, i) => graph.output(`d${i}`, d!));
  return graph.program();
}

const SHAPES: readonly Shape[] = [1, 3, 7].flatMap((chunks) =>
  [true, false].flatMap((tied) =>
    (["mean", "sum"] as const).flatMap((reduction) =>
      [true, false].map((twisted) => ({ chunks, tied, reduction, twisted })),
    ),
  ),
);
const ints = (shape: readonly number[], data: readonly number[]): NDArray =>
  toNDArray("i32", makeArrayValues(shape, data));
const FEEDS = [
  {
    ids: ints([2, 3], [1, 4, 4, 9, 1, 0]),
    targets: ints([5], [0, 1, 3, 4, 5]),
    labels: ints([5], [4, 4, 1, -100, 10]),
  },
  { ids: ints([1, 1], [3]), targets: ints([1], [0]), labels: ints([1], [7]) },
  { ids: ints([1, 2], [3, 3]), targets: ints([2], [0, 1]), labels: ints([2], [-100, -100]) },
  { ids: ints([1, 2], [3, 3]), targets: ints([0], []), labels: ints([0], []) },
];

describe("chunked output head", () => {
  for (const name of ENGINES)
    it(`matches the reference's loss and gradients on ${name}, for any number of chunks`, async function () {
      this.timeout(60_000);
      const engine = await engineNamed(name);
      const programs = Object.fromEntries(SHAPES.map((s, i) => [`p${i}`, program(s)]));
      const session = await engine.open(programs, []);
      const state = {
        table: wave([VOCABULARY, WIDTH], 1),
        layer: wave([WIDTH, WIDTH], 2),
        head: wave([VOCABULARY, WIDTH], 3),
      };
      const begun = Object.fromEntries(Object.entries(state).map(([k, a]) => [k, fromNDArray(a)]));
      for (const [i, shape] of SHAPES.entries())
        for (const feeds of FEEDS) {
          const got = await session.run(`p${i}`, feeds);
          const decoded = Object.fromEntries(Object.entries(feeds).map(([k, a]) => [k, fromNDArray(a)]));
          const { outputs } = evaluateProgram(programs[`p${i}`]!, decoded, begun);
          for (const [output, want] of Object.entries(outputs))
            fromNDArray(got[output]!).data.forEach((v, k) =>
              assert.ok(
                Math.abs(v - want.data[k]!) <= 5e-6 * Math.max(1, ...want.data.map(Math.abs)),
                `${JSON.stringify(shape)} ${feeds.targets.shape[0]} targets, ${output}[${k}]: ${v}, not ${want.data[k]}`,
              ),
            );
        }
      await session.dispose();
    });
  it("computes the logits of each chunk once for loss and gradient, and no unused gradient", () => {
    const count = (p: Program, op: string): number => {
      const text = Buffer.from(emitTensorflow({ p }).savedModel).toString("latin1");
      return text.split(`\x12${String.fromCharCode(op.length)}${op}`).length - 1;
    };
    for (const chunks of [1, 4]) {
      const shape = { chunks, reduction: "mean", twisted: false } as const;
      const softmax = "SparseSoftmaxCrossEntropyWithLogits";
      assert.equal(count(program({ ...shape, tied: true }), softmax), chunks);
      // Per chunk: logits, dx and dweight. Plus forward, backward and weight gradient of the layer.
      assert.equal(count(program({ ...shape, tied: true }), "MatMul"), 3 * chunks + 3);
      assert.equal(count(program({ ...shape, tied: true }), "TensorScatterAdd"), 1);
      // With a frozen head, its weight gradient and the backward path to the tokens are omitted.
      assert.equal(count(program({ ...shape, tied: false }), "MatMul"), 2 * chunks + 2);
    }
  });
});
