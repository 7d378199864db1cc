import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "entity_f1",
  doc: "F1 of whole entities, as seqeval has it: one counts when its kind and both its ends are right.",
  example: "metrics: [entity_f1]",
  elsewhere: { seqeval: "entity_f1", overall_f1: "entity_f1" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["tags"] },
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
    {
      name: "reading",
      type: { is: "choice", of: ["auto", "strict", "lenient"] },
      means: {
        auto: "as the task's scheme says",
        strict: "only B- begins one (seqeval's strict mode)",
        lenient: "an I- begins one, too (seqeval's default)",
      },
      doc: "Which tags are entities where a model writes an I- that goes on with nothing.",
      default: { derived: "strict where the task's scheme is iob2, else lenient", from: () => "auto" },
      why: "Papers report either; lenient scores are the greater ones.",
      impact: "low",
    },
  ],
  load: async () => (await import("./entity_f1.run.js")).entityF1Metric,
});
