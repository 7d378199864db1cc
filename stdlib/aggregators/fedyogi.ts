import { defineWord } from "#dsl/types/define.js";
import { advice, betas, elsewhereBetas, rate, references, tau } from "../lib/aggregators/adaptive.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedyogi",
  doc: "As `fedadam`, but what it knows of the updates' size changes by as much as these are large, never by more: one round of odd clients doesn't upset it.",
  example: "aggregate: fedyogi(learning_rate: 0.01)",
  references,
  elsewhere: { FedYogi: "fedyogi", yogi: "fedyogi", ...elsewhereBetas },
  advice,
  parameters: [rate(0.01, "Early rounds go farther than with `fedadam`, so a third of its rate suits."), ...betas, tau],
  load: async () => (await import("./fedyogi.run.js")).fedyogi,
});
