/** Adam over rounds (Reddi et al. 2021, algorithm 2), with the bias correction of Flower's `FedAdam`, which the paper has not. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { AggregatorImplementation } from "../kinds/aggregator.js";
import { adaptiveStep, M, V } from "../lib/aggregators/adaptive.js";
import { word } from "./fedadam.js";

export const fedadam: AggregatorImplementation = {
  keeps: [M, V],
  step(call, of) {
    const { learning_rate, beta_1, beta_2, tau } = argumentsOf(word, call);
    const power = of.round + 1;
    const rate = (learning_rate * Math.sqrt(1 - beta_2 ** power)) / (1 - beta_1 ** power);
    return adaptiveStep(of, { rate, beta_1, tau, grown: (v, square) => beta_2 * v + (1 - beta_2) * square });
  },
};
