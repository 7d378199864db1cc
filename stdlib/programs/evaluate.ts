/** Logits and probabilities; with labels, the loss besides. */
import { Graph } from "#dsl/graph/builder.js";
import { optimise } from "#dsl/graph/passes/table.js";
import type { Program } from "#dsl/graph/program.js";
import { buildModel, modelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { supervise } from "./supervision.js";

export function buildEvaluate(o: AssembleOptions, withLabels: boolean): Program {
  const graph = new Graph();
  const model = buildModel({ ...o, dropout: 0 }, graph, modelInputs(graph, o));
  const logits = model.logits();
  graph.output("logits", logits);
  graph.output("probabilities", logits.softmax());
  if (withLabels) {
    const supervised = supervise(graph, o.task.implementation.supervision);
    graph.output("loss", model.loss(supervised, "mean"));
  }
  return optimise(graph.program(), o.passes);
}
