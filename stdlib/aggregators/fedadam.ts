import { defineWord } from "#dsl/types/define.js";
import { advice, betas, elsewhereBetas, rate, references, tau } from "../lib/aggregators/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedadam",
  doc: "The server takes the clients' mean update for a gradient and makes a step of Adam with it: places where updates are small move as far as those where they are large.",
  example: "aggregate: fedadam(learning_rate: 0.01)",
  since: "0.2.0",
  references,
  elsewhere: { FedAdam: "fedadam", fedopt: "fedadam", FedOpt: "fedadam", ...elsewhereBetas },
  advice,
  parameters: [rate, ...betas, tau],
  load: async () => (await import("./fedadam.run.js")).fedadam,
});
