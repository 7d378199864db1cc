import { defineWord } from "#dsl/language/types/define.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { advice, elsewhere, rate, references, tau, adaptiveStep, M, V } from "./shared/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadagrad",
  doc: "The server makes a step of Adagrad with the clients' mean update: a place moves less the more it has moved in all rounds before.",
  example: "aggregate: fedadagrad(learning_rate: 0.01)",
  references,
  elsewhere: { FedAdagrad: "fedadagrad", adagrad: "fedadagrad", ...elsewhere },
  advice,
  parameters: [
    rate(0.01, "Weights of adapters and heads move by about a hundredth; 0.1 suits models that begin at random."),
    tau,
  ],
  load: () => Promise.resolve(fedadagrad),
});

const fedadagrad: AggregatorImplementation = {
  keeps: [M, V],
  step(call, of) {
    const { learning_rate: rate, tau } = argumentsOf(word, call);
    return adaptiveStep(of, { rate, beta_1: 0, tau, grown: (v, square) => v + square });
  },
};
