import { defineWord } from "#dsl/language/types/define.js";
import type { StrategyImplementation } from "./kind.js";

export const word = defineWord({
  kind: "strategy",
  name: "naive",
  doc: "Trains on one data set after the other and does nothing against forgetting: the lower bound for other strategies.",
  example: "strategy: naive",
  elsewhere: { none: "naive", finetuning: "naive", fine_tuning: "naive", sequential: "naive", Naive: "naive" },
  parameters: [],
  capabilities: { isExclusive: true },
  load: () => Promise.resolve(naive),
});

/** Naive fine-tuning: one data set after the other. */
const naive: StrategyImplementation = { states: [] };
