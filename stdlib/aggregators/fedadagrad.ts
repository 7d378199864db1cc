import { defineWord } from "#dsl/language/types/define.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import {
  adaptiveParameterAdvice,
  adaptiveAliases,
  serverLearningRateParameter,
  adaptiveReferences,
  tauParameter,
  adaptiveServerStep,
  FIRST_MOMENT,
  SECOND_MOMENT,
} from "./shared/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadagrad",
  doc: "The server makes a step of Adagrad with the clients' mean update: a place moves less the more it has moved in all rounds before.",
  example: "aggregate: fedadagrad(learning_rate: 0.01)",
  references: adaptiveReferences,
  elsewhere: { FedAdagrad: "fedadagrad", adagrad: "fedadagrad", ...adaptiveAliases },
  advice: adaptiveParameterAdvice,
  parameters: [
    serverLearningRateParameter(
      0.01,
      "Weights of adapters and heads move by about a hundredth; 0.1 suits models that begin at random.",
    ),
    tauParameter,
  ],
  load: () => Promise.resolve(fedadagrad),
});

const fedadagrad: AggregatorImplementation = {
  keeps: [FIRST_MOMENT, SECOND_MOMENT],
  step(call, context) {
    const { learning_rate: rate, tau } = argumentsOf(word, call);
    return adaptiveServerStep(context, { rate, beta_1: 0, tau, grown: (v, square) => v + square });
  },
};
