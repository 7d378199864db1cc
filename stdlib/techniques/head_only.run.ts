/** The head alone trains, over the base as it is. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { TechniqueImplementation } from "../kinds/technique.js";
import { word } from "./head_only.js";

export const headOnly: TechniqueImplementation = {
  saved: word.capabilities.saves,
  exact: (call) => argumentsOf(word, call).fit === "exact",
  trains: () => false,
  around: (_call, layers) => layers,
};
