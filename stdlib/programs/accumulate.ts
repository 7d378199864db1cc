/**
 * One large batch in parts: `accumulate` adds the gradients of each part to states of their own, `apply` updates the
 * weights from the sums and sets them to zero. Each part's sum of losses is weighed by `share`, 1 / what counts in the
 * whole batch, so that the sums are the gradients of the whole batch's mean however tokens are spread over the parts.
 */
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { gradient } from "#dsl/tensor/gradient.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program, State } from "#dsl/tensor/program.js";
import { buildModel, DRAWS, modelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";
import { HiddenStateRecorder } from "./hidden-states.js";
import { buildObjective } from "./objective.js";
import { updateBy } from "./strategies.js";
import { supervise } from "./supervision.js";

/** Prefix of the states that hold sums of gradients. */
export const SUM = "gradient/";

function sumOf(graph: Graph, name: string, { type }: State): Tensor {
  return graph.state(SUM + name, { type, trains: false, initial: { zeros: true } });
}

/** Inputs as train's without rate and step, and `share`; output loss, the part's share of the whole batch's mean. */
export function buildAccumulate(o: AssembleOptions): Program {
  const graph = new Graph();
  const inputs = modelInputs(graph, o);
  const supervised = supervise(graph, o, { weighed: true });
  const share = graph.input("share", { dtype: "f32", shape: [] });
  const recorder = new HiddenStateRecorder();
  const model = buildModel(o, graph, inputs, graph.input("draws", DRAWS), recorder.wrap);
  const loss = model.loss(supervised, "sum").multiply(share);
  const objective = buildObjective(o, graph, loss, { model, inputs, supervised, recorder });
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  gradient(graph, objective, parameters).forEach((d, i) => {
    const name = names[i]!;
    if (d) graph.update(SUM + name, sumOf(graph, name, state[name]!).add(d));
  });
  graph.output("loss", model.told?.(loss) ?? loss);
  if (o.task.implementation.oneLabel) graph.output("logits", model.logits());
  return optimise(graph.program(), o.passes);
}

/** Inputs rate and step; output norm. `accumulated`: the program of `buildAccumulate`. */
export function buildApply(
  o: Pick<AssembleOptions, "optimizer" | "clip" | "passes" | "strategies"> &
    Partial<Pick<AssembleOptions, "task" | "family">>,
  accumulated: Program,
): Program {
  const graph = new Graph();
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const trainable = Object.entries(accumulated.state)
    .filter(([name]) => SUM + name in accumulated.state)
    .map(([name, state]) => ({ name, value: graph.state(name, state), gradient: sumOf(graph, name, state) }));
  const { norm } = updateBy(o, graph, trainable, { rate, step });
  for (const { name, gradient: sum } of trainable)
    graph.update(SUM + name, graph.one("fill_like", [sum], { value: 0 }));
  graph.output("norm", norm);
  return optimise(graph.program(), o.passes);
}
