/** A model whose linear layers' weights lie in half a byte each. */
import type { StageImplementation } from "../kinds/stage.js";
import { quantizedWhole } from "../lib/quantizing/whole.js";

export const int4: StageImplementation = {
  make: (_call, of) => quantizedWhole(of, { weights: "int4", activations: null }),
};
