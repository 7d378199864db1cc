/** Full fine-tuning: the model as it is, every parameter trains. */
import type { TechniqueImplementation } from "../kinds/technique.js";
import { word } from "./full.js";

export const full: TechniqueImplementation = {
  trains: () => true,
  around: (_call, layers) => layers,
  saved: word.capabilities.saves,
};
