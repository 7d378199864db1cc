/** The parameter shared by all decoders. */
import { defineParameter } from "#dsl/language/types/define.js";

export const repetitionPenaltyParameter = defineParameter({
  name: "repetition_penalty",
  type: { is: "number" },
  doc: "Makes what the text already holds less likely: above 1, scores of its tokens are divided by it (multiplied where negative). Small models fall into loops; 1.1 to 1.3 gets them out, more makes the text wander.",
  range: { min: 0, exclusive: true },
  default: { value: 1 },
  why: "1 changes nothing.",
  impact: "medium",
});
