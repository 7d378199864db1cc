/**
 * A model of two blocks with every structure that precision and recomputation handle, trained by plain gradient
 * descent.
 */
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { removeDeadNodes } from "#dsl/tensor/passes/dead-code.js";
import type { Program, Type } from "#dsl/tensor/program.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

const WIDTH = 4;
const F = (...shape: readonly (number | string)[]): Type => ({ dtype: "f32", shape });

/** Inputs x [batch, length, 4], mask, labels [batch], step; output loss; every weight is updated. */
export function blocksProgram(): Program {
  const graph = new Graph();
  const x = graph.input("x", F("batch", "length", WIDTH));
  const mask = graph.input("mask", { dtype: "i32", shape: ["batch", "length"] });
  const labels = graph.input("labels", { dtype: "i32", shape: ["batch"] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const weights: Tensor[] = [];
  const names: string[] = [];
  const weight = (name: string, ...shape: readonly number[]): Tensor => {
    const made = graph.state(name, { type: F(...shape), trains: true, initial: { zeros: true } });
    if (!names.includes(name)) {
      names.push(name);
      weights.push(made);
    }
    return made;
  };
  const linear = (path: string, from: Tensor, out: number): Tensor =>
    graph.withPath(path, () =>
      from.linear(weight(`${path}.weight`, out, from.shape.at(-1) as number), weight(`${path}.bias`, out)),
    );
  const norm = (path: string, from: Tensor): Tensor =>
    graph.withPath(path, () => from.layerNorm(weight(`${path}.weight`, WIDTH), weight(`${path}.bias`, WIDTH), 1e-5));
  let h = x;
  for (const block of ["h.0", "h.1"]) {
    const normal = norm(`${block}.ln`, h);
    const [q, k, v] = ["q", "k", "v"].map((name) => linear(`${block}.${name}`, normal, WIDTH)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const context = graph.withPath(`${block}.attn`, () => graph.attention(q, k, v, { heads: 2, mask, scale: 0.7 }));
    const dropped = graph.withPath(`${block}.drop`, () => graph.dropout(context, { rate: 0.25, seed: 3, step }));
    const inner = linear(`${block}.fc`, dropped, 6);
    const active = graph.withPath(`${block}.act`, () => inner.gelu());
    h = h.add(linear(`${block}.proj`, active, WIDTH));
  }
  const logits = linear("head", norm("ln_f", h).takePosition(0), 3);
  const loss = logits.crossEntropy(labels, { reduction: "mean" });
  gradientsOfLoss(graph, loss, weights).forEach((d, i) =>
    graph.update(names[i]!, weights[i]!.subtract(d!.multiply(0.1))),
  );
  graph.output("loss", loss);
  return removeDeadNodes(graph.program());
}

/** Feeds and state for `blocksProgram`: batch 2, length 3, values from a fixed sequence. */
export function blocksValues(program: Program): {
  feeds: Record<string, ArrayValues>;
  state: Record<string, ArrayValues>;
} {
  let seed = 1;
  const next = (): number => ((seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5) * 2;
  const random = (shape: readonly number[]): ArrayValues =>
    makeArrayValues(
      shape,
      Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => next()),
    );
  return {
    feeds: {
      x: random([2, 3, WIDTH]),
      mask: makeArrayValues([2, 3], [1, 1, 0, 1, 1, 1]),
      labels: makeArrayValues([2], [2, 0]),
      step: makeArrayValues([], [5]),
    },
    state: Object.fromEntries(
      Object.entries(program.state).map(([name, { type }]) => [name, random(type.shape as readonly number[])]),
    ),
  };
}
