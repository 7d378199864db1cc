/**
 * Causal language modelling, as transformers' ...ForCausalLM: every trained position predicts the token that follows, by
 * the product of its hidden state with the output embedding. Training takes the trained positions out before the head.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { TaskImplementation } from "../kinds/task.js";
import { noHead } from "../lib/tasks/refusals.js";
import { logitsOf } from "../lib/tasks/logits.js";
import { nextToken } from "../lib/tasks/next-token.js";
import "../lib/tasks/codes.js";

export const textGeneration: TaskImplementation = {
  supervision: nextToken,
  headPaths: [],
  head(_layers, body, o) {
    const { last_hidden_state: x, unembedding, cap } = body;
    if (!unembedding) throw noHead(o.call.word);
    return {
      logits: (targets) => logitsOf(targets ? x.takeRows(targets) : x, unembedding, cap),
      loss: ({ labels, targets }, reduction) => {
        if (!targets) throw new CodedError("graph-invalid", { problem: "no targets are named" });
        return x.takeRows(targets).headLoss(unembedding, labels, { reduction, ...(cap !== undefined && { cap }) });
      },
    };
  },
};
