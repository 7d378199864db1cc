/** Supervision of a batch: the inputs that a task's supervision adds, and the weight of each row. */
import type { Graph } from "#dsl/tensor/builder.js";
import type { SupervisionTensors } from "../tasks/kind.js";
import { WEIGHT_ROLE } from "../tasks/shared/row-weights.js";
import type { AssembleOptions } from "./options.js";
import { weighsBatchRows } from "./objective.js";

type Supervises = Pick<AssembleOptions, "task" | "labels" | "roles" | "strategies" | "objective">;

/**
 * Creates the inputs. `weighed`: true in training programs, where rows have weights from their labels, from the role
 * `weight`, and from strategies.
 */
export function addSupervisionInputs(
  graph: Graph,
  { task, labels, strategies, objective, roles = [] }: Supervises,
  { weighed }: { readonly weighed: boolean },
): SupervisionTensors {
  const inputs = task.implementation.supervision.inputs(labels, { call: task.call, roles });
  const batchShape = inputs.labels.shape.slice(0, 1);
  return {
    labels: graph.input("labels", inputs.labels),
    ...(inputs.targets && { targets: graph.input("targets", inputs.targets) }),
    ...(inputs.firsts && { firsts: graph.input("firsts", inputs.firsts) }),
    ...(inputs.seconds && { seconds: graph.input("seconds", inputs.seconds) }),
    ...(weighed && inputs.weights && { weights: graph.input("weights", inputs.weights) }),
    ...(weighed &&
      (roles.includes(WEIGHT_ROLE) || weighsBatchRows({ strategies, objective })) && {
        each: graph.input("each", { dtype: "f32", shape: batchShape }),
      }),
  };
}
