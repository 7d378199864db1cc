import { defineWord } from "#dsl/types/define.js";
import { advice, elsewhere, rate, references, tau } from "../lib/aggregators/adaptive.js";

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
  load: async () => (await import("./fedadagrad.run.js")).fedadagrad,
});
