import { defineWord } from "#dsl/types/define.js";
import { refusalOf } from "../lib/contenders/refusal.js";

export const word = defineWord({
  kind: "contender",
  name: "baseline",
  doc: "What a model must beat, made in seconds of the split `train` of the data that are scored.",
  example: "evaluate router, baseline(majority) on tickets.test",
  since: "0.2.0",
  elsewhere: { dummy: "majority", most_frequent: "majority", DummyClassifier: "baseline", naive: "baseline" },
  parameters: [
    {
      name: "of",
      type: {
        is: "choice",
        of: ["majority"],
        elsewhere: { most_frequent: "majority", dummy: "majority", constant: "majority", mean: "majority" },
      },
      doc: "How it answers.",
      means: { majority: "always the commonest label, the mean of numbers, the labels that most rows have" },
      required: true,
      positional: true,
      why: "A score says something only beside what is had for nothing.",
      impact: "high",
    },
  ],
  capabilities: {
    learns: () => true,
    refuses: (call, wanted) => refusalOf(call.arguments.of, wanted),
  },
  load: () => import("./baseline.run.js").then((m) => m.baseline),
});
