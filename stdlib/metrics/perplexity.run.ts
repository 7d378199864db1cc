/** Jelinek et al. 1977; as transformers' documentation has it, over all tokens alike and within windows of `max_length`. */
import { must } from "#dsl/diagnostics/must.js";
import type { MetricImplementation } from "../kinds/metric.js";
import { loss, ofLabels } from "./loss.run.js";
import { drawnFrom } from "../lib/metrics/row-sums.js";

export const perplexity: MetricImplementation = {
  compute: (call, input) => Math.exp(must(loss.compute, "the loss of labels")(call, input)),
  ofTokens: (_call, { loss: nats }) => Math.exp(nats),
  samplers: {
    compute(_call, input) {
      const mean = drawnFrom(ofLabels(input));
      return (drawn) => Math.exp(mean(drawn));
    },
  },
};
