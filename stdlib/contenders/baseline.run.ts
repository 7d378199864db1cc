/** Baselines: predictions for the rows of a split without a model, or without the model's training. */
import type { BaselineContext, BaselineImplementation, FittedBaseline } from "./kind.js";
import { constantBaseline } from "./shared/majority.js";
import { fitProbeBaseline } from "./shared/probe.js";
import type { BaselineName } from "./shared/refusal.js";
import { fitTfidfBaseline } from "./shared/tfidf.js";

const made: Readonly<Record<BaselineName, (given: BaselineContext) => FittedBaseline | Promise<FittedBaseline>>> = {
  majority: constantBaseline,
  tfidf: fitTfidfBaseline,
  probe: fitProbeBaseline,
};

export const simpleBaseline: BaselineImplementation = {
  ready: async (given) => made[given.call.arguments["of"] as BaselineName](given),
};
