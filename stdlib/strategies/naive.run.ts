/** Naive fine-tuning: one data set after the other. */
import type { StrategyImplementation } from "./kind.js";

export const naive: StrategyImplementation = { states: [] };
