import { defineWord } from "#dsl/types/define.js";
import { placesThatCount } from "../lib/metrics/ranking.js";

export const word = defineWord({
  kind: "metric",
  name: "ndcg",
  doc: "Normalised discounted cumulative gain: what belongs to a text counts the less the farther down it is found; 1 is the best order that there is.",
  example: "metrics: [ndcg(10)]",
  elsewhere: {
    ndcg_score: "ndcg",
    normalized_discounted_cumulative_gain: "ndcg",
    k: "at",
    top_k: "at",
    "ndcg@10": "ndcg",
  },
  capabilities: { better: "greater", perfect: 1, namesDefault: true, of: ["ranking"] },
  parameters: [placesThatCount({ value: 10 })],
  load: async () => (await import("./ndcg.run.js")).ndcg,
});
