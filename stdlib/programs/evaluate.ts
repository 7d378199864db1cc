/** Inference programs: the logits of a batch, and the loss if labels are given. */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import type { SupervisionTensors, TaskOutputs } from "../tasks/kind.js";
import { buildModel, addModelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { addSupervisionInputs } from "./supervision.js";

export function buildEvaluateProgram(
  options: Omit<AssembleOptions, "optimizer" | "clip">,
  withLabels: boolean,
): Program {
  const graph = new Graph();
  const { answers } = options.task.implementation;
  const model = buildModel({ ...options, dropout: 0 }, graph, addModelInputs(graph, options));
  // Logits over a complete vocabulary at every position are built only if nothing else is needed.
  if (withLabels && !answers?.score) lossOfPlaces(graph, model, addSupervisionInputs(graph, options, SCORED));
  else {
    const supervised = withLabels ? addSupervisionInputs(graph, options, SCORED) : undefined;
    const places = answers?.places && (supervised ? supervised.targets : graph.input("targets", PLACES));
    const logits = model.logits(places);
    graph.output("logits", logits);
    // Outputs the token states of texts that are embedded as vectors.
    if (options.task.implementation.supervision.rowFormat.separateTexts && !withLabels)
      graph.output("last_hidden_state", model.body.last_hidden_state);
    if (model.body.routed?.pooled) graph.output("pooled", model.body.routed.pooled);
    if (model.probabilities) graph.output("probabilities", model.probabilities(logits));
    if (supervised) {
      const loss = plainOf(model)(supervised, "mean");
      graph.output("loss", model.reportedLoss?.(loss) ?? loss);
    }
  }
  return optimise(graph.program(), options.passes);
}

/** Builds the program for the inputs of the head's linear layer; null if the head has other layers too. */
export function buildHeadInputProgram(options: Omit<AssembleOptions, "optimizer" | "clip">): Program | null {
  const graph = new Graph();
  const { features } = buildModel({ ...options, dropout: 0 }, graph, addModelInputs(graph, options));
  if (!features) return null;
  graph.output("features", features());
  return optimise(graph.program(), options.passes);
}

/** Scores count every row once and use the plain loss, without changes by settings. */
const SCORED = { weighed: false };
const plainOf = (model: TaskOutputs): TaskOutputs["loss"] => model.plain ?? model.loss;
const PLACES = { dtype: "i32", shape: ["targets"] } as const;

/** Outputs the sum and the count of the losses, which add up over batches; their quotient is the mean. */
function lossOfPlaces(graph: Graph, model: TaskOutputs, supervised: SupervisionTensors): void {
  const sum = plainOf(model)(supervised, "sum");
  const ignored = supervised.labels.equal(-100);
  const zero = graph.number(0, "f32");
  const count = ignored.select(zero, graph.number(1, "f32")).sum();
  graph.output("sum", sum);
  graph.output("count", count);
  graph.output("loss", sum.divide(count.maximum(1)));
}
