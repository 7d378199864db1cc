/** A small classifier with dropout and AdamW, built with the graph builder: trains in a few steps. */
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { InitialValue, NDArray, Program } from "#dsl/tensor/program.js";
import { toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { normalValues } from "#kernel/engines/random.js";

const [FEATURES, HIDDEN, CLASSES] = [6, 10, 3];
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };

const STATES: Readonly<Record<string, { shape: readonly number[]; initial: InitialValue }>> = {
  "first.weight": { shape: [HIDDEN, FEATURES], initial: { random: { normal: 0.5 }, seed: 3 } },
  "first.bias": { shape: [HIDDEN], initial: { zeros: true } },
  "second.weight": { shape: [CLASSES, HIDDEN], initial: { random: { uniform: 0.5 }, seed: 3 } },
  "second.scale": { shape: [HIDDEN], initial: { ones: true } },
};

/** Inputs x [batch, 6], labels [batch], rate, step; output loss. State: the weights, and `m.`, `v.` of each. */
export function trainProgram(dropout = 0): Program {
  const graph = new Graph();
  const x = graph.input("x", { dtype: "f32", shape: ["batch", FEATURES] });
  const labels = graph.input("labels", { dtype: "i32", shape: ["batch"] });
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const { weights, logits } = forward(graph, x, (h) => graph.dropout(h, { rate: dropout, seed: 11, step }));
  const loss = graph.one("cross_entropy", [logits, labels], { ignore: -100, reduction: "mean" });
  const gradients = gradientsOfLoss(graph, loss, Object.values(weights));
  Object.keys(weights).forEach((name, i) => {
    const moment = (kind: string): ReturnType<Graph["state"]> =>
      graph.state(`${kind}.${name}`, { type: weights[name]!.type, trains: false, initial: { zeros: true } });
    const inputs = [weights[name]!, moment("m"), moment("v"), gradients[i]!, rate, step] as const;
    const [w, m, v] = graph.apply("adamw", inputs, ADAMW);
    graph.update(name, w);
    graph.update(`m.${name}`, m);
    graph.update(`v.${name}`, v);
  });
  graph.output("loss", loss);
  return graph.program();
}

/** Input x; output logits, over the same weights. */
export function scoreProgram(): Program {
  const graph = new Graph();
  const x = graph.input("x", { dtype: "f32", shape: ["batch", FEATURES] });
  graph.output("logits", forward(graph, x, (h) => h).logits);
  return graph.program();
}

type Tensor = ReturnType<Graph["state"]>;

function forward(
  graph: Graph,
  x: Tensor,
  drop: (h: Tensor) => Tensor,
): { weights: Record<string, Tensor>; logits: Tensor } {
  const weights = Object.fromEntries(
    Object.entries(STATES).map(([name, { shape, initial }]) => [
      name,
      graph.state(name, { type: { dtype: "f32", shape }, trains: true, initial }),
    ]),
  );
  const h = x.linear(weights["first.weight"]!, weights["first.bias"]!).gelu();
  return { weights, logits: drop(h.multiply(weights["second.scale"]!)).linear(weights["second.weight"]!) };
}

/** Returns the inputs of a step (counted from 1): a batch with a different size each time. */
export function feedsOf(step: number): Record<string, NDArray> {
  const batch = 8 + (step % 3);
  const x = normalValues(batch * FEATURES, 1, step, "x");
  const labels = Array.from({ length: batch }, (_, i) =>
    x[i * FEATURES]! > 0.4 ? 2 : x[i * FEATURES + 1]! > 0 ? 1 : 0,
  );
  return {
    x: toNDArray("f32", makeArrayValues([batch, FEATURES], x)),
    labels: toNDArray("i32", makeArrayValues([batch], labels)),
    rate: toNDArray("f32", makeArrayValues([], [0.02])),
    step: toNDArray("i32", makeArrayValues([], [step])),
  };
}
