/** Keeps the model near the logits that it gave for the new rows at the start of a stage; no earlier row is needed. */
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
