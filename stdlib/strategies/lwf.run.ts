/** What the weights say of the new rows that a stage begins with, held while these are learnt: no earlier row is needed. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { StrategyImplementation } from "../kinds/strategy.js";
import { distilled } from "../lib/strategies/distance.js";
import { word } from "./lwf.js";

export const lwf: StrategyImplementation = {
  states: [],
  recalls: {
    of: "begun",
    hold(call, said) {
      const { strength, temperature } = argumentsOf(word, call);
      return distilled(said, temperature).multiply(strength);
    },
  },
};
