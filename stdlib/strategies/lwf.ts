import { defineWord } from "#dsl/language/types/define.js";
import { warnIfStrengthTooHigh, strengthParameter } from "./shared/parameters.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { distillationFromReplay, replayLossTerm } from "./shared/distance.js";

export const word = defineWord({
  kind: "strategy",
  name: "lwf",
  doc: "Learning without forgetting: before a data set is learned, the model's predictions of the earlier labels are computed for each of its rows; while it learns, strength times the distance from them is added to the loss (distillation: the Kullback–Leibler divergence at a temperature; with several labels per row the binary cross-entropy). It stores no rows and no copy of the weights, and needs one more pass over the new rows.",
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
      "Weight of the earlier predictions, relative to the rows' loss (λₒ in the paper). The new rows must be somewhat similar to the old ones.",
      "The paper's value: earlier predictions weigh as much as new labels.",
    ),
    {
      name: "temperature",
      type: { is: "number" },
      doc: "Logits are divided by it before the softmax, so that unlikely labels count too. The distance is not multiplied by its square.",
      range: { min: 0, exclusive: true },
      positional: true,
      default: { value: 2 },
      why: "The paper's own.",
      impact: "medium",
    },
  ],
  check: (call, context) => warnIfStrengthTooHigh(call.arguments.strength, 100, context),
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
    const { strength, temperature } = argumentsWithDefaults(word, call);
    return [replayLossTerm(call, strength, (context) => distillationFromReplay(context, temperature))];
  },
};
