/** The head alone trains, over the base as it is. */
import type { TechniqueImplementation } from "../kinds/technique.js";

export const headOnly: TechniqueImplementation = {
  saved: "trained",
  trains: () => false,
  around: (_call, layers) => layers,
};
