import { defineWord } from "#dsl/types/define.js";
import { advice, betas, elsewhereBetas, rate, references, tau } from "../lib/aggregators/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadam",
  doc: "The server takes the clients' mean update for a gradient and makes a step of Adam with it: places where updates are small move as far as those where they are large.",
  example: "aggregate: fedadam(learning_rate: 0.03)",
  references,
  notes: [
    "Adam's correction of its bias is the one that Flower's `FedAdam` makes, by the powers of the round and one more; algorithm 2 of the paper has none.",
  ],
  elsewhere: { FedAdam: "fedadam", fedopt: "fedadam", FedOpt: "fedadam", ...elsewhereBetas },
  advice,
  parameters: [
    rate(0.03, "Adapters and heads settle within ten rounds; on one data set 0.1 swung and 0.01 hardly moved."),
    ...betas,
    tau,
  ],
  load: async () => (await import("./fedadam.run.js")).fedadam,
});
