/** All data until now, from the weights that the first began with. */
import type { StrategyImplementation } from "../kinds/strategy.js";

export const joint: StrategyImplementation = {
  states: [],
  anew: true,
  memory: () => ({ of: { share: 1 }, choose: "uniform" }),
};
