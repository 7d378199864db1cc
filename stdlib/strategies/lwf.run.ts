/**
 * Learning without forgetting: keeps the logits for the new rows near those at the start of a task. It needs no earlier
 * rows.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { distillationFromReplay, replayLossTerm } from "./shared/distance.js";
import { word } from "./lwf.js";

export const lwf: StrategyImplementation = {
  states: [],
  replayedOutputs: "stage_start",
  terms(call) {
    const { strength, temperature } = argumentsOf(word, call);
    return [replayLossTerm(call, strength, (context) => distillationFromReplay(context, temperature))];
  },
};
