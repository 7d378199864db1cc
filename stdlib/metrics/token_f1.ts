import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "token_f1",
  doc: "How much an answer and the right one overlap, as SQuAD's script has it, 0 to 1: F1 of their words, whatever their order; letters' case, punctuation and articles don't count. Of several right answers the nearest counts; where there is none, giving none is 1. The mean over the questions. (`f1` is of labels: it counts rows, not words.)",
  example: "metrics: [exact_match, token_f1]",
  elsewhere: { squad: "token_f1", squad_f1: "token_f1", answer_f1: "token_f1" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["answer"] },
  parameters: [],

  load: async () => (await import("./token_f1.run.js")).tokenF1,
});
