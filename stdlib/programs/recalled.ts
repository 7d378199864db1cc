/** What strategies add to the loss of rows that bring what was said of them once: the inputs that these are, and the sum. */
import type { Graph } from "#dsl/graph/builder.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { TaskOutputs } from "../kinds/task.js";
import type { AssembleOptions, Lessons, Strategy } from "./options.js";

/** Inputs of a strategy, by its word: f32 [batch, labels], f32 [batch, labels] and f32 [batch], as `Said` has them. */
export function recalledNames(word: string) {
  return { recalled: `recalled_${word}`, known: `known_${word}`, share: `share_${word}` } as const;
}

/** Whether rows of a batch count unlike: then `each` is fed, which sums to what the loss is the mean of. */
export function weighsRows(strategies: readonly Strategy[] = []): boolean {
  return strategies.some(({ call, implementation }) => implementation.memory?.(call).beside !== undefined);
}

/** Whether the rows of a batch count unlike: some have no labels, or strategies weigh them. */
export function weighsBatch(o: {
  readonly strategies?: readonly Strategy[] | undefined;
  readonly lessons?: Pick<Lessons, "beside"> | undefined;
}): boolean {
  return weighsRows(o.strategies) || o.lessons?.beside === true;
}

/** The rows' own loss and what is added to it: shares are of the whole update, in whichever part of it a row stands. */
export function recalledLoss(
  { strategies = [], task, labels }: Pick<AssembleOptions, "strategies" | "task" | "labels">,
  graph: Graph,
  loss: Tensor,
  model: Pick<TaskOutputs, "logits">,
): Tensor {
  return strategies.reduce((sum, { call, implementation: { recalls } }) => {
    if (!recalls) return sum;
    const names = recalledNames(call.word);
    const each = { dtype: "f32", shape: ["batch", labels] } as const;
    const said = {
      logits: model.logits(),
      recalled: graph.input(names.recalled, each),
      known: graph.input(names.known, each),
      share: graph.input(names.share, { dtype: "f32", shape: ["batch"] }),
      decides: task.implementation.oneLabel ? "one" : "several",
    } as const;
    return sum.add(recalls.hold(call, said));
  }, loss);
}
