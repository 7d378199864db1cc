/** The training step (forward, backward, update) as one program. */
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { buildModel, DROPOUT_DRAWS_TYPE, addModelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { HiddenStateRecorder } from "./hidden-states.js";
import { buildObjective, weighsBatchRows } from "./objective.js";
import { updateByOptimizer } from "./strategies.js";
import { addSupervisionInputs } from "./supervision.js";

export function buildTrainProgram(options: AssembleOptions): { program: Program; trainable: readonly string[] } {
  const { program, trainable } = buildUnoptimizedTrainGraph(options);
  return { program: optimise(program, options.passes), trainable };
}

/** Builds the graph before any optimization pass. */
export function buildUnoptimizedTrainGraph(options: AssembleOptions): {
  program: Program;
  trainable: readonly string[];
} {
  const graph = new Graph();
  const inputs = addModelInputs(graph, options);
  const supervised = addSupervisionInputs(graph, options, { weighed: true });
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const recorder = new HiddenStateRecorder();
  const model = buildModel(options, graph, inputs, graph.input("draws", DROPOUT_DRAWS_TYPE), recorder.wrap);
  // Weights of weighted rows sum to 1.
  const loss = model.loss(supervised, weighsBatchRows(options) ? "sum" : "mean");
  const objective = buildObjective(options, graph, loss, { model, inputs, supervised, recorder });
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  const gradients = gradientsOfLoss(graph, objective, parameters);
  const trainable = names.flatMap((name, i) => {
    const d = gradients[i];
    return d ? [{ name, value: parameters[i]!, gradient: d }] : [];
  });
  const { norm } = updateByOptimizer(options, graph, trainable, { rate, step });
  graph.output("loss", model.reportedLoss?.(loss) ?? loss);
  graph.output("norm", norm);
  if (options.task.implementation.oneLabel) graph.output("logits", model.logits());
  return { program: graph.program(), trainable: trainable.map((t) => t.name) };
}
