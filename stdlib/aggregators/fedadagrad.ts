import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import {
  adaptiveParameterAdvice,
  adaptiveParameterAliases,
  serverLearningRateParameter,
  adaptiveReferences,
  tauParameter,
  adaptiveServerStep,
  FIRST_MOMENT_STATE_NAME,
  SECOND_MOMENT_STATE_NAME,
} from "./shared/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadagrad",
  doc: "The server makes an Adagrad step with the clients' mean update: a weight moves less the more it has moved in earlier rounds.",
  example: "aggregate: fedadagrad(learning_rate: 0.01)",
  references: adaptiveReferences,
  elsewhere: { FedAdagrad: "fedadagrad", adagrad: "fedadagrad", ...adaptiveParameterAliases },
  advice: adaptiveParameterAdvice,
  parameters: [
    serverLearningRateParameter(
      0.01,
      "Weights of adapters and heads change by about 0.01; 0.1 suits models trained from scratch.",
    ),
    tauParameter,
  ],
  load: () => Promise.resolve(fedadagrad),
});

const fedadagrad: AggregatorImplementation = {
  keeps: [FIRST_MOMENT_STATE_NAME, SECOND_MOMENT_STATE_NAME],
  step(call, context) {
    const { learning_rate: rate, tau } = argumentsWithDefaults(word, call);
    return adaptiveServerStep(context, { rate, beta_1: 0, tau, grown: (v, square) => v + square });
  },
};
