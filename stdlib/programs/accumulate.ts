/**
 * Trains one large batch in parts: `accumulate` adds the gradients of each part to separate states; `apply` updates the
 * weights from the sums and resets them to zero. Each part's loss sum is multiplied by `share`, 1 / the count of the
 * complete batch. The sums are thus the gradients of the batch mean, however tokens are distributed over the parts.
 */
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import { buildModel, DROPOUT_DRAWS_TYPE, addModelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { HiddenStateRecorder } from "./hidden-states.js";
import { buildObjective } from "./objective.js";
import { updateByOptimizer } from "./strategies.js";
import { addSupervisionInputs } from "./supervision.js";

/** Prefix of the states with gradient sums. */
export const GRADIENT_SUM_PREFIX = "gradient/";

function sumOf(graph: Graph, name: string, { type }: TensorState): Tensor {
  return graph.state(GRADIENT_SUM_PREFIX + name, { type, trains: false, initial: { zeros: true } });
}

/**
 * Builds the program with the inputs of `train` without rate and step, plus `share`. Output: loss, the part's share of
 * the batch mean.
 */
export function buildGradientAccumulationProgram(options: AssembleOptions): Program {
  const graph = new Graph();
  const inputs = addModelInputs(graph, options);
  const supervised = addSupervisionInputs(graph, options, { weighed: true });
  const share = graph.input("share", { dtype: "f32", shape: [] });
  const recorder = new HiddenStateRecorder();
  const model = buildModel(options, graph, inputs, graph.input("draws", DROPOUT_DRAWS_TYPE), recorder.wrap);
  const loss = model.loss(supervised, "sum").multiply(share);
  const objective = buildObjective(options, graph, loss, { model, inputs, supervised, recorder });
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  gradientsOfLoss(graph, objective, parameters).forEach((d, i) => {
    const name = names[i]!;
    if (d) graph.update(GRADIENT_SUM_PREFIX + name, sumOf(graph, name, state[name]!).add(d));
  });
  graph.output("loss", model.reportedLoss?.(loss) ?? loss);
  if (options.task.implementation.oneLabel) graph.output("logits", model.logits());
  return optimise(graph.program(), options.passes);
}

/**
 * Builds the program with inputs rate and step and output norm. `accumulated`: the program of `buildGradientAccumulationProgram`.
 */
export function buildAccumulatedUpdateProgram(
  options: Pick<AssembleOptions, "optimizer" | "clip" | "passes" | "strategies"> &
    Partial<Pick<AssembleOptions, "task" | "family">>,
  accumulated: Program,
): Program {
  const graph = new Graph();
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const trainable = Object.entries(accumulated.state)
    .filter(([name]) => GRADIENT_SUM_PREFIX + name in accumulated.state)
    .map(([name, state]) => ({ name, value: graph.state(name, state), gradient: sumOf(graph, name, state) }));
  const { norm } = updateByOptimizer(options, graph, trainable, { rate, step });
  for (const { name, gradient: sum } of trainable)
    graph.update(GRADIENT_SUM_PREFIX + name, graph.one("fill_like", [sum], { value: 0 }));
  graph.output("norm", norm);
  return optimise(graph.program(), options.passes);
}
