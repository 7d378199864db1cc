/** What a model says of a batch, without training: logits and probabilities, and the loss where there are labels. */
import { Graph } from "#dsl/graph/builder.js";
import { optimise } from "#dsl/graph/passes/table.js";
import type { Program } from "#dsl/graph/program.js";
import type { Supervised, TaskOutputs } from "../kinds.js";
import { buildModel, modelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { learnsTokens, supervise } from "./supervision.js";

export function buildEvaluate(o: AssembleOptions, withLabels: boolean): Program {
  const graph = new Graph();
  const kind = o.task.implementation.supervision;
  const model = buildModel({ ...o, dropout: 0 }, graph, modelInputs(graph, o));
  // The logits of a whole vocabulary at every position are made where they are all that is asked for.
  if (learnsTokens(kind)) {
    if (withLabels) nextTokenLoss(graph, model, supervise(graph, kind));
    else graph.output("logits", model.logits());
    return optimise(graph.program(), o.passes);
  }
  const logits = model.logits();
  graph.output("logits", logits);
  graph.output("probabilities", logits.softmax());
  if (withLabels) graph.output("loss", model.loss(supervise(graph, kind), "mean"));
  return optimise(graph.program(), o.passes);
}

/** Sum and count of the losses add up over batches; their quotient is the mean. */
function nextTokenLoss(graph: Graph, model: TaskOutputs, supervised: Supervised): void {
  const sum = model.loss(supervised, "sum");
  const ignored = supervised.labels.equal(-100);
  const zero = graph.number(0, "f32");
  const count = ignored.select(zero, graph.number(1, "f32")).sum();
  graph.output("sum", sum);
  graph.output("count", count);
  graph.output("loss", sum.divide(count.maximum(1)));
}
