import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "exact_match",
  doc: "Share of rows whose text is written exactly as it should be; blanks at both ends don't count. Of answers to questions SQuAD's: case, punctuation and articles don't count either, and one of several right answers will do.",
  example: "metrics: [exact_match]",
  capabilities: { better: "greater", perfect: 1, share: true, outcomes: ["written", "answer"] },
  parameters: [],

  load: async () => (await import("./exact_match.run.js")).exactMatch,
});
