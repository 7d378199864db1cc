import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "entity_f1",
  doc: "F1 of whole entities, as seqeval has it: one counts when its kind and both its ends are right.",
  example: "metrics: [entity_f1]",
  since: "0.2.0",
  elsewhere: { seqeval: "entity_f1", overall_f1: "entity_f1" },
  capabilities: { greaterIsBetter: true, of: ["tags"] },
  parameters: [
    {
      name: "average",
      type: { is: "choice", of: ["micro", "macro", "weighted"] },
      means: { micro: "all entities alike", macro: "each kind alike", weighted: "kinds by their entities" },
      doc: "micro: all entities alike; macro: each kind alike; weighted: kinds by their entities.",
      positional: true,
      default: { derived: "micro", from: () => "auto" },
      why: "Papers on names of persons and places report micro.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./entity_f1.run.js")).entityF1Metric,
});
