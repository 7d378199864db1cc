import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { rowSumsSampler } from "./shared/row-sums.js";
import { loss, labelLoss } from "./loss.js";

export const word = defineWord({
  kind: "metric",
  name: "perplexity",
  doc: "The number of equally likely tokens that the model's uncertainty corresponds to: e to the mean loss of a token.",
  example: "metrics: [perplexity]",
  elsewhere: { ppl: "perplexity" },
  capabilities: { better: "less", ofLoss: true, outcomes: ["next_token"] },
  parameters: [],

  load: () => Promise.resolve(perplexity),
});

/** Jelinek et al. 1977; as in transformers' documentation, over all tokens equally, within windows of `max_length`. */
const perplexity: MetricImplementation = {
  compute: (call, input) => Math.exp(mustExist(loss.compute, "the loss of labels")(call, input)),
  ofTokens: (_call, { loss: nats }) => Math.exp(nats),
  samplers: {
    compute(_call, input) {
      const mean = rowSumsSampler(labelLoss(input));
      return (drawn) => Math.exp(mean(drawn));
    },
  },
};
