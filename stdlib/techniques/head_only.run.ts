/** The head alone trains, over the base as it is. */
import type { TechniqueImplementation } from "../kinds/technique.js";
import { word } from "./head_only.js";

export const headOnly: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: () => false,
  around: (_call, layers) => layers,
};
