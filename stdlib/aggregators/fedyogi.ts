import { defineWord } from "#dsl/types/define.js";
import { advice, betas, elsewhereBetas, rate, references, tau } from "../lib/aggregators/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedyogi",
  doc: "As `fedadam`, but what it knows of the updates' size changes by as much as these are large, never by more: one round of odd clients doesn't upset it.",
  example: "aggregate: fedyogi(learning_rate: 0.01)",
  since: "0.2.0",
  references,
  elsewhere: { FedYogi: "fedyogi", yogi: "fedyogi", ...elsewhereBetas },
  advice,
  parameters: [
    rate(
      0.01,
      "What it knows of their size begins at nothing and isn't mended, so that early rounds go farther than this: a third of what suits `fedadam`.",
    ),
    ...betas,
    tau,
  ],
  load: async () => (await import("./fedyogi.run.js")).fedyogi,
});
