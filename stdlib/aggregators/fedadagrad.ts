import { defineWord } from "#dsl/types/define.js";
import { advice, elsewhere, rate, references, tau } from "../lib/aggregators/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadagrad",
  doc: "The server makes a step of Adagrad with the clients' mean update: a place moves less the more it has moved in all rounds before.",
  example: "aggregate: fedadagrad(learning_rate: 0.01)",
  since: "0.2.0",
  references,
  elsewhere: { FedAdagrad: "fedadagrad", adagrad: "fedadagrad", ...elsewhere },
  advice,
  parameters: [
    rate(
      0.01,
      "Already the first step is as long as this says: adapters and heads of a base move by about a hundredth. Other tools have 0.1, for models that begin at random, with which an adapter learns nothing.",
    ),
    tau,
  ],
  load: async () => (await import("./fedadagrad.run.js")).fedadagrad,
});
