import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import {
  adaptiveParameterAdvice,
  betaParameters,
  adaptiveParameterAliasesWithBetas,
  serverLearningRateParameter,
  adaptiveReferences,
  tauParameter,
  adaptiveServerStep,
  FIRST_MOMENT_STATE_NAME,
  SECOND_MOMENT_STATE_NAME,
} from "./shared/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadam",
  doc: "The server uses the clients' mean update as a gradient for a step of Adam: weights with small updates move as far as those with large ones.",
  example: "aggregate: fedadam(learning_rate: 0.03)",
  references: adaptiveReferences,
  notes: [
    "The bias correction is that of Flower's `FedAdam`, by the powers of the round plus one; algorithm 2 of the paper has none.",
  ],
  elsewhere: { FedAdam: "fedadam", fedopt: "fedadam", FedOpt: "fedadam", ...adaptiveParameterAliasesWithBetas },
  advice: adaptiveParameterAdvice,
  parameters: [
    serverLearningRateParameter(
      0.03,
      "Adapters and heads settle within ten rounds; on one data set 0.1 swung and 0.01 hardly moved.",
    ),
    ...betaParameters,
    tauParameter,
  ],
  load: () => Promise.resolve(fedadam),
});

/**
 * Adam over rounds (Reddi et al. 2021, algorithm 2), with the bias correction of Flower's `FedAdam`, which the paper
 * does not have.
 */
const fedadam: AggregatorImplementation = {
  keeps: [FIRST_MOMENT_STATE_NAME, SECOND_MOMENT_STATE_NAME],
  step(call, context) {
    const { learning_rate, beta_1, beta_2, tau } = argumentsWithDefaults(word, call);
    const power = context.round + 1;
    const rate = (learning_rate * Math.sqrt(1 - beta_2 ** power)) / (1 - beta_1 ** power);
    return adaptiveServerStep(context, { rate, beta_1, tau, grown: (v, square) => beta_2 * v + (1 - beta_2) * square });
  },
};
