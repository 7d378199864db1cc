/** Baselines: what is had of the rows of a split without a model, or without its training. */
import type { ContenderGiven, ContenderImplementation, ReadyContender } from "../kinds/contender.js";
import { majority } from "../lib/contenders/majority.js";
import { probe } from "../lib/contenders/probe.js";
import type { Baseline } from "../lib/contenders/refusal.js";
import { tfidf } from "../lib/contenders/tfidf.js";

const made: Readonly<Record<Baseline, (given: ContenderGiven) => ReadyContender | Promise<ReadyContender>>> = {
  majority,
  tfidf,
  probe,
};

export const baseline: ContenderImplementation = {
  ready: async (given) => made[given.call.arguments["of"] as Baseline](given),
};
