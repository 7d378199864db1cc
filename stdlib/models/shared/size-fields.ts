/** Size fields in config.json, for most families. */
import type { ConfigSizeFields } from "#dsl/language/types/capabilities/from-scratch.js";

export const sizeFields: ConfigSizeFields = {
  hidden: ["hidden_size"],
  layers: ["num_hidden_layers"],
  intermediate: ["intermediate_size"],
  vocabulary: ["vocab_size"],
};
