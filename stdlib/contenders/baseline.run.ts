/** Baselines: what is had of the rows of a split without a model. */
import type { ContenderImplementation } from "../kinds/contender.js";
import { majority } from "../lib/contenders/majority.js";
import { tfidf } from "../lib/contenders/tfidf.js";

export const baseline: ContenderImplementation = {
  ready: (given) =>
    given.call.arguments["of"] === "tfidf" ? tfidf(given) : Promise.resolve().then(() => majority(given)),
};
