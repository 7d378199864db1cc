import { defineWord } from "#dsl/language/types/define.js";
import { relationParameters } from "./shared/sides.js";

export const word = defineWord({
  kind: "relation",
  name: "at_most",
  doc: "The first number is less than or equal to the second: a path that varies (`technique.rank`), a number, or a product of several. A trial without the setting is not constrained.",
  example: "where: [at_most(product(batch_size, accumulate), 64)]",
  elsewhere: { max: "at_most", le: "at_most", less_than: "at_most", lte: "at_most" },
  capabilities: { isSatisfied: (one, other) => one <= other },
  parameters: relationParameters,
});
