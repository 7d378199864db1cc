/** The parameter shared by all decoders. */
import { defineParameter } from "#dsl/language/types/define.js";

export const repetitionPenaltyParameter = defineParameter({
  name: "repetition_penalty",
  type: { is: "number" },
  doc: "Makes tokens that already occur in the text less likely: above 1, their scores are divided by it (multiplied if negative). Small models fall into loops; 1.1 to 1.3 prevents them, and more makes the text drift.",
  range: { min: 0, exclusive: true },
  default: { value: 1 },
  why: "1 changes nothing.",
  impact: "medium",
});
