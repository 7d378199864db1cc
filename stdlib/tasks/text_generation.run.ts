/**
 * Causal language modelling, like transformers' ...ForCausalLM: every trained position predicts the next token by the
 * product of its hidden state with the output embedding. In training, the trained positions are selected before the
 * head.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { TaskImplementation } from "./kind.js";
import { missingOutputEmbeddingError } from "./shared/refusals.js";
import { lossSettingsOf } from "./shared/loss-settings.js";
import { cappedLogits } from "./shared/logits.js";
import { nextTokenSupervision } from "./shared/next-token.js";
import { sequenceLogprobs } from "../losses/sequence-logprobs.js";

export const textGeneration: TaskImplementation = {
  supervision: nextTokenSupervision,
  headPaths: [],
  head(_layers, body, options) {
    const { last_hidden_state: x, unembedding, cap } = body;
    if (!unembedding) throw missingOutputEmbeddingError(options.call.word);
    const { smoothing } = lossSettingsOf(options.call);
    const bent = cap !== undefined && { cap };
    const lossAt = (targets: Tensor | undefined): Tensor => {
      if (!targets) throw new CodedError("graph-invalid", { problem: "no targets are named" });
      return x.takeRows(targets);
    };
    return {
      logits: (targets) => cappedLogits(targets ? x.takeRows(targets) : x, unembedding, cap),
      loss: ({ labels, targets, each }, reduction) =>
        lossAt(targets).headLoss(unembedding, labels, {
          reduction,
          ...bent,
          ...(smoothing && { smoothing }),
          ...(each && { each }),
        }),
      sequenceLogprobs({ labels, targets }) {
        const logits = cappedLogits(lossAt(targets), unembedding, cap);
        return sequenceLogprobs(x, logits, { labels, targets: mustExist(targets, "targets") });
      },
      plain: ({ labels, targets }, reduction) => lossAt(targets).headLoss(unembedding, labels, { reduction, ...bent }),
    };
  },
};
