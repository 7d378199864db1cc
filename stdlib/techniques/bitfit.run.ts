/** BitFit (Ben Zaken et al., 2021, arXiv 2106.10199): of the base only the biases train, those of linear layers and of norms. */
import type { TechniqueImplementation } from "../kinds/technique.js";
import { word } from "./bitfit.js";

export const bitfit: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => path.endsWith(".bias"),
  around: (_call, layers) => layers,
};
