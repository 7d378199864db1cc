/** What a batch tells about its rows: the inputs that a task's supervision adds. */
import type { Graph } from "#dsl/graph/builder.js";
import type { Supervised } from "../kinds/task.js";
import type { AssembleOptions } from "./options.js";

export function supervise(
  graph: Graph,
  { task, labels, roles = [] }: Pick<AssembleOptions, "task" | "labels" | "roles">,
): Supervised {
  const inputs = task.implementation.supervision.inputs(labels, { call: task.call, roles });
  return {
    labels: graph.input("labels", inputs.labels),
    ...(inputs.targets && { targets: graph.input("targets", inputs.targets) }),
    ...(inputs.firsts && { firsts: graph.input("firsts", inputs.firsts) }),
    ...(inputs.seconds && { seconds: graph.input("seconds", inputs.seconds) }),
    ...(inputs.weights && { weights: graph.input("weights", inputs.weights) }),
  };
}
