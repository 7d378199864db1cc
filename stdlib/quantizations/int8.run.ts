/** A model whose weights are whole numbers of a byte, and what goes into its layers too. */
import type { StageImplementation } from "../compression/compression-step.js";
import { quantizedWhole } from "./shared/model-rounding.js";

export const int8: StageImplementation = {
  make: (_call, of) =>
    quantizedWhole(of, {
      weights: "int8",
      activations: of.bounds ? { by: "bounds", bounds: of.bounds } : { by: "rows" },
    }),
};
