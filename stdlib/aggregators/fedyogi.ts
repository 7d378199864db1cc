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
  name: "fedyogi",
  doc: "Like `fedadam`, but its estimate of the updates' size changes at most by their size: one round of unusual clients does not upset it.",
  example: "aggregate: fedyogi(learning_rate: 0.01)",
  references: adaptiveReferences,
  elsewhere: { FedYogi: "fedyogi", yogi: "fedyogi", ...adaptiveParameterAliasesWithBetas },
  advice: adaptiveParameterAdvice,
  parameters: [
    serverLearningRateParameter(0.01, "Early rounds go farther than with `fedadam`, so a third of its rate suits."),
    ...betaParameters,
    tauParameter,
  ],
  load: () => Promise.resolve(fedyogi),
});

const fedyogi: AggregatorImplementation = {
  keeps: [FIRST_MOMENT_STATE_NAME, SECOND_MOMENT_STATE_NAME],
  step(call, context) {
    const { learning_rate: rate, beta_1, beta_2, tau } = argumentsWithDefaults(word, call);
    const grown = (v: number, square: number): number => v - (1 - beta_2) * square * Math.sign(v - square);
    return adaptiveServerStep(context, { rate, beta_1, tau, grown });
  },
};
