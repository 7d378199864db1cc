/** Baselines: what is had of the rows of a split without a model, or without its training. */
import type { ContenderGiven, ContenderImplementation, ReadyContender } from "./kind.js";
import { majority } from "./shared/majority.js";
import { probe } from "./shared/probe.js";
import type { Baseline } from "./shared/refusal.js";
import { tfidf } from "./shared/tfidf.js";

const made: Readonly<Record<Baseline, (given: ContenderGiven) => ReadyContender | Promise<ReadyContender>>> = {
  majority,
  tfidf,
  probe,
};

export const baseline: ContenderImplementation = {
  ready: async (given) => made[given.call.arguments["of"] as Baseline](given),
};
