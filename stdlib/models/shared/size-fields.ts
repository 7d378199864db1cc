/** Size fields in config.json, for most families. */
import type { SizeFields } from "#dsl/language/types/capabilities/from-scratch.js";

export const sizeFields: SizeFields = {
  hidden: ["hidden_size"],
  layers: ["num_hidden_layers"],
  intermediate: ["intermediate_size"],
  vocabulary: ["vocab_size"],
};
