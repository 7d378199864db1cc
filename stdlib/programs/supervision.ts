/** What a batch tells about its rows: the inputs that a task's supervision adds, and what each row counts. */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Supervised } from "../tasks/kind.js";
import { WEIGHT } from "../tasks/shared/row-weights.js";
import type { AssembleOptions } from "./options.js";
import { weighsBatch } from "./objective.js";

type Supervises = Pick<AssembleOptions, "task" | "labels" | "roles" | "strategies" | "objective">;

/** `weighed`: of programs that train: rows count what the task says of their labels, the data's role `weight` of them, and strategies. */
export function supervise(
  graph: Graph,
  { task, labels, strategies, objective, roles = [] }: Supervises,
  { weighed }: { readonly weighed: boolean },
): Supervised {
  const inputs = task.implementation.supervision.inputs(labels, { call: task.call, roles });
  const of = inputs.labels.shape.slice(0, 1);
  return {
    labels: graph.input("labels", inputs.labels),
    ...(inputs.targets && { targets: graph.input("targets", inputs.targets) }),
    ...(inputs.firsts && { firsts: graph.input("firsts", inputs.firsts) }),
    ...(inputs.seconds && { seconds: graph.input("seconds", inputs.seconds) }),
    ...(weighed && inputs.weights && { weights: graph.input("weights", inputs.weights) }),
    ...(weighed &&
      (roles.includes(WEIGHT) || weighsBatch({ strategies, objective })) && {
        each: graph.input("each", { dtype: "f32", shape: of }),
      }),
  };
}
