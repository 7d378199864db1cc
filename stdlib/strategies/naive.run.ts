/** One data set after the other. */
import type { StrategyImplementation } from "../kinds/strategy.js";

export const naive: StrategyImplementation = { states: [] };
