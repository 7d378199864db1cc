import { defineWord } from "#dsl/language/types/define.js";
import { relationParameters } from "./shared/sides.js";

export const word = defineWord({
  kind: "relation",
  name: "at_least",
  doc: "The first number is greater than or equal to the second: a path that varies (`technique.alpha`), a number, or a product of several. A trial without the setting is not constrained.",
  example: "where: [at_least(product(batch_size, accumulate), 16)]",
  elsewhere: { min: "at_least", ge: "at_least", greater_than: "at_least", gte: "at_least" },
  capabilities: { isSatisfied: (one, other) => one >= other },
  parameters: relationParameters,
});
