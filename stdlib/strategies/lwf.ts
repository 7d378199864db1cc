import { defineWord } from "#dsl/language/types/define.js";
import { warnIfStiff, strengthParameter } from "./shared/parameters.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { distillationFromReplay, replayLossTerm } from "./shared/distance.js";

export const word = defineWord({
  kind: "strategy",
  name: "lwf",
  doc: "Learning without forgetting: before a data set is learnt, the model says of each of its rows what it thinks of the labels that earlier data had; while it learns, strength times the distance from that is added to the loss (distillation: the Kullback–Leibler divergence at a temperature, where rows have several labels the binary cross-entropy). It keeps no row and no copy of a weight, and reads the new rows once more.",
  example: "strategy: lwf(strength: 1, temperature: 2)",
  references: [
    { title: "Learning without Forgetting", by: "Li and Hoiem", year: 2016, url: "https://arxiv.org/abs/1606.09282" },
  ],
  elsewhere: {
    LwF: "lwf",
    learning_without_forgetting: "lwf",
    distillation: "lwf",
    lambda_o: "strength",
    alpha: "strength",
    lwf_lambda: "strength",
    T: "temperature",
    tau: "temperature",
    softmax_temp: "temperature",
  },
  parameters: [
    strengthParameter(
      1,
      "How much staying near the earlier answers counts beside the rows' own loss (λₒ in the paper). The new rows must look somewhat like the old ones.",
      "The paper's own: old answers count as much as new labels.",
    ),
    {
      name: "temperature",
      type: { is: "number" },
      doc: "Logits are divided by it before they become probabilities, so that unlikely labels count too. The distance isn't multiplied by its square.",
      range: { min: 0, exclusive: true },
      positional: true,
      default: { value: 2 },
      why: "The paper's own.",
      impact: "medium",
    },
  ],
  check: (call, context) => warnIfStiff(call.arguments.strength, 100, context),
  capabilities: { needsDecision: true },
  load: () => Promise.resolve(lwf),
});

/**
 * Learning without forgetting: keeps the logits for the new rows near those at the start of a task. It needs no earlier
 * rows.
 */
export const lwf: StrategyImplementation = {
  states: [],
  replayedOutputs: "stage_start",
  terms(call) {
    const { strength, temperature } = argumentsOf(word, call);
    return [replayLossTerm(call, strength, (context) => distillationFromReplay(context, temperature))];
  },
};
