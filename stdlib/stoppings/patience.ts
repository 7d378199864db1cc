import { metricArgumentOf } from "#dsl/compiler/plan/watched-metric.js";
import { defineWord } from "#dsl/language/types/define.js";
import type { StoppingImplementation } from "../optimizers/kind.js";

export const word = defineWord({
  kind: "stopping",
  name: "patience",
  doc: "Stops when the watched metric has not improved for a number of validations in a row.",
  example: "early_stopping: patience(3, metric: f1(macro))",
  elsewhere: {
    early_stopping: "patience",
    early_stopping_patience: "validations",
    early_stopping_threshold: "by",
    min_delta: "by",
    monitor: "metric",
  },
  parameters: [
    {
      name: "validations",
      type: { is: "number", integer: true },
      doc: "How many validations without improvement are allowed.",
      range: { min: 1 },
      positional: true,
      default: { value: 2 },
      why: "Validation scores are noisy: one worse value proves little.",
      impact: "medium",
    },
    {
      name: "metric",
      type: { is: "word", kind: "metric" },
      doc: "The metric to watch on the validation split, in its own direction: any metric of the task that needs no generated text.",
      default: {
        derived:
          "the metric of `keep: best(…)`, otherwise the loss: it is smoother than a score that counts correct predictions",
        from: (_draft, { statement }) =>
          metricArgumentOf(statement["kept"]) ?? { word: "loss", kind: "metric", arguments: {} },
        because: (_draft, { statement }) =>
          metricArgumentOf(statement["kept"])
            ? "the metric of `keep`"
            : "The loss is smoother than a score that counts correct predictions.",
      },
      why: "One metric decides which weights are best: this one, or that of `keep: best(…)`.",
      impact: "medium",
    },
    {
      name: "by",
      type: { is: "number" },
      doc: "The least change that counts as an improvement.",
      range: { min: 0 },
      default: { value: 0 },
      why: "Any improvement counts unless you say otherwise.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(patience),
});

/** Stops after `validations` consecutive scores that did not beat the previous best by more than `by`. */
const patience: StoppingImplementation = {
  stop(call, scores) {
    const allowed = Number(call.arguments["validations"]);
    const by = Number(call.arguments["by"]);
    let best = Number.NEGATIVE_INFINITY;
    let since = 0;
    for (const value of scores) {
      const score = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
      if (score > best + by || (best === Number.NEGATIVE_INFINITY && score > best)) {
        best = score;
        since = 0;
      } else since += 1;
    }
    return since >= allowed;
  },
};
