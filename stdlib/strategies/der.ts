import { defineWord } from "#dsl/language/types/define.js";
import {
  chooseParameter,
  keptRowsParameter,
  mostRowsParameter,
  warnIfStiff,
  strengthParameter,
} from "./shared/parameters.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { replayLossTerm, squaredDistanceFromReplay } from "./shared/distance.js";
import { replayImplementationOf } from "./shared/replay-buffer.js";

export const word = defineWord({
  kind: "strategy",
  name: "der",
  doc: "Dark experience replay: keeps some rows of each data set and the logits that the model gave for them when it had learnt them. Beside each batch of new rows stand as many that are drawn of these: strength · the mean of (z − z′)² is added to the loss, and beta · the loss of their labels (DER++; with `beta: 0` it is DER). Rows are kept as those of `replay`.",
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
      "How much the distance from the earlier logits counts beside the new rows' own loss (α in the paper).",
      "In the middle of what the paper finds for images (0.1 to 1).",
    ),
    {
      name: "beta",
      type: { is: "number" },
      doc: "How much the labels of the kept rows count beside those of the new ones (β in the paper).",
      range: { min: 0 },
      positional: true,
      default: { value: 0.5 },
      why: "DER++ forgets less than DER throughout the paper.",
      impact: "medium",
    },
    keptRowsParameter,
    chooseParameter,
    mostRowsParameter,
  ],
  check: (call, context) => warnIfStiff(call.arguments.strength, 100, context),
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
  terms: (call) => [replayLossTerm(call, argumentsOf(word, call).strength, squaredDistanceFromReplay)],
};
