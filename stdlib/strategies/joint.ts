import { defineWord } from "#dsl/language/types/define.js";
import type { StrategyImplementation } from "./kind.js";
import { replayImplementationOf } from "./shared/replay-buffer.js";

export const word = defineWord({
  kind: "strategy",
  name: "joint",
  doc: "Trains again on all data so far, from the weights that the first update started from: the upper bound for other strategies. It needs all earlier data, and each stage takes longer than the one before.",
  example: "strategy: joint",
  elsewhere: { multitask: "joint", multi_task: "joint", JointTraining: "joint", cumulative: "joint", retrain: "joint" },
  parameters: [],
  capabilities: { isExclusive: true, replays: () => ({ size: { share: 1 }, retrainsOnAll: true }) },
  load: () => Promise.resolve(joint),
});

/** Joint training: all data so far, starting from the weights that the first data set started with. */
const joint: StrategyImplementation = {
  states: [],
  ...replayImplementationOf(word),
};
