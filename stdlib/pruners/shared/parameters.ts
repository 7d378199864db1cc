/** Parameters shared by pruners. */
import { defineParameter } from "#dsl/language/types/define.js";

export const startupTrialsParameter = defineParameter({
  name: "startup",
  type: { is: "number", integer: true },
  doc: "How many trials are trained to their end before any is given up.",
  range: { min: 1 },
  default: { value: 5 },
  why: "A few finished trials show the usual intermediate scores.",
  impact: "medium",
});

export const warmupParameter = defineParameter({
  name: "warmup",
  type: { is: "number", unit: "share-or-count" },
  doc: "Steps of each trial before it may be given up, or a share of its steps. First scores mean little while the learning rate still rises.",
  range: { min: 0 },
  default: { value: 0 },
  why: "Any report may end a trial.",
  impact: "low",
});

export const pruningIntervalParameter = defineParameter({
  name: "every",
  type: { is: "number", integer: true },
  doc: "Steps between two decisions on a trial.",
  range: { min: 1 },
  default: { value: 1 },
  why: "Each report is checked unless you say otherwise.",
  impact: "low",
});

export const reductionParameter = <N extends number>(usual: N) =>
  defineParameter({
    name: "reduction",
    type: { is: "number", integer: true },
    doc: "At each rung one in this many trials continues, and the next rung has this many times the steps. A larger value stops more trials early, and errs more often.",
    range: { min: 2 },
    default: { value: usual },
    why: "The papers use 3 and 4.",
    impact: "medium",
  });

/** Aliases from Optuna, Ray and Syne Tune. */
export const pruningParameterAliases = {
  n_startup_trials: "startup",
  min_samples_required: "startup",
  n_warmup_steps: "warmup",
  grace_period: "warmup",
  interval_steps: "every",
} as const;
export const rungAliases = {
  reduction_factor: "reduction",
  eta: "reduction",
  min_resource: "first",
  grace_period: "first",
  min_t: "first",
} as const;
