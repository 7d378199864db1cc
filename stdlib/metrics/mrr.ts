import { defineWord } from "#dsl/types/define.js";
import { placesThatCount } from "../lib/metrics/ranking.js";

export const word = defineWord({
  kind: "metric",
  name: "mrr",
  doc: "Mean reciprocal rank: 1 where each text finds its own first, 0.5 where it stands second. Of several that belong to a text the best counts.",
  example: "metrics: [mrr]",
  elsewhere: { mean_reciprocal_rank: "mrr", reciprocal_rank: "mrr", MRR: "mrr", k: "at", top_k: "at", "mrr@10": "mrr" },
  capabilities: { better: "greater", perfect: 1, of: ["ranking"] },
  parameters: [placesThatCount(null)],
  load: async () => (await import("./mrr.run.js")).mrr,
});
