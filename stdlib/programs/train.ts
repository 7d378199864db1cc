/** The training step: forward, backward, update, as one program. */
import { Graph } from "#dsl/tensor/builder.js";
import { gradient } from "#dsl/tensor/gradient.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { buildModel, DRAWS, modelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { HiddenStateRecorder } from "./hidden-states.js";
import { buildObjective, weighsBatch } from "./objective.js";
import { updateBy } from "./strategies.js";
import { supervise } from "./supervision.js";

export function buildTrain(o: AssembleOptions): { program: Program; trainable: readonly string[] } {
  const { program, trainable } = buildTrainGraph(o);
  return { program: optimise(program, o.passes), trainable };
}

/** As it is built, before any pass. */
export function buildTrainGraph(o: AssembleOptions): { program: Program; trainable: readonly string[] } {
  const graph = new Graph();
  const inputs = modelInputs(graph, o);
  const supervised = supervise(graph, o, { weighed: true });
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const recorder = new HiddenStateRecorder();
  const model = buildModel(o, graph, inputs, graph.input("draws", DRAWS), recorder.wrap);
  // The weights of weighed rows sum to 1.
  const loss = model.loss(supervised, weighsBatch(o) ? "sum" : "mean");
  const objective = buildObjective(o, graph, loss, { model, inputs, supervised, recorder });
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  const gradients = gradient(graph, objective, parameters);
  const trainable = names.flatMap((name, i) => {
    const d = gradients[i];
    return d ? [{ name, value: parameters[i]!, gradient: d }] : [];
  });
  const { norm } = updateBy(o, graph, trainable, { rate, step });
  graph.output("loss", model.told?.(loss) ?? loss);
  graph.output("norm", norm);
  if (o.task.implementation.oneLabel) graph.output("logits", model.logits());
  return { program: graph.program(), trainable: trainable.map((t) => t.name) };
}
