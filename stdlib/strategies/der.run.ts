/** Rows of earlier data beside each batch of new ones, held to what was said of them when they had been learnt. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { StrategyImplementation } from "../kinds/strategy.js";
import { squaredApart } from "../lib/strategies/distance.js";
import { memoryOf } from "../lib/strategies/memory.js";
import { word } from "./der.js";

export const der: StrategyImplementation = {
  states: [],
  ...memoryOf(word),
  recalls: {
    of: "learnt",
    hold: (call, said) => squaredApart(said).multiply(argumentsOf(word, call).strength),
  },
};
