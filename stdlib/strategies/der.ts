import { defineWord } from "#dsl/language/types/define.js";
import {
  rowSelectionParameter,
  keptRowsParameter,
  maxStoredRowsParameter,
  warnIfStrengthTooHigh,
  strengthParameter,
} from "./shared/parameters.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { replayLossTerm, squaredDistanceFromReplay } from "./shared/distance.js";
import { replayImplementationOf } from "./shared/replay-buffer.js";

export const word = defineWord({
  kind: "strategy",
  name: "der",
  doc: "Dark experience replay: stores some rows of each data set, with the logits of the model trained on it. Each batch of new rows is joined by as many stored rows: strength · the mean of (z − z′)² is added to the loss, and beta · the loss of their labels (DER++; with `beta: 0` it is DER). Rows are stored like those of `replay`.",
  example: "strategy: der(strength: 0.5, beta: 0.5, share: 5%)",
  references: [
    {
      title: "Dark Experience for General Continual Learning: a Strong, Simple Baseline",
      by: "Buzzega et al.",
      year: 2020,
      url: "https://arxiv.org/abs/2004.07211",
    },
  ],
  elsewhere: {
    DER: "der",
    derpp: "der",
    der_plus_plus: "der",
    dark_experience_replay: "der",
    alpha: "strength",
    mem_size: "share",
    memory: "share",
    memory_size: "share",
    buffer_size: "share",
    buffer: "share",
    policy: "choose",
    storage_policy: "choose",
  },
  parameters: [
    strengthParameter(
      0.5,
      "Weight of the distance from the earlier logits, relative to the loss of the new rows (α in the paper).",
      "In the middle of the paper's values for images (0.1 to 1).",
    ),
    {
      name: "beta",
      type: { is: "number" },
      doc: "Weight of the stored rows' labels, relative to those of the new rows (β in the paper).",
      range: { min: 0 },
      positional: true,
      default: { value: 0.5 },
      why: "DER++ forgets less than DER throughout the paper.",
      impact: "medium",
    },
    keptRowsParameter,
    rowSelectionParameter,
    maxStoredRowsParameter,
  ],
  check: (call, context) => warnIfStrengthTooHigh(call.arguments.strength, 100, context),
  capabilities: {
    needsDecision: true,
    replays: ({ arguments: { share, choose, most, beta } }) => ({
      size: share,
      balanced: choose === "balanced",
      appended: { labels: beta },
      ...(most !== undefined && { maxRows: most }),
    }),
  },
  load: () => Promise.resolve(der),
});

/**
 * Dark experience replay: replays rows of earlier data in each batch, and keeps their logits near those that the model
 * predicted after learning them.
 */
const der: StrategyImplementation = {
  states: [],
  ...replayImplementationOf(word),
  replayedOutputs: "stage_end",
  terms: (call) => [replayLossTerm(call, argumentsWithDefaults(word, call).strength, squaredDistanceFromReplay)],
};
