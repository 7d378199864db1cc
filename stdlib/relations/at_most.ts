import { defineWord } from "#dsl/language/types/define.js";
import { relationParameters } from "./shared/sides.js";

export const word = defineWord({
  kind: "relation",
  name: "at_most",
  doc: "The first number is the second one or less: a path that varies (`technique.rank`), a number, or a product of several. What a trial doesn't have is held to nothing.",
  example: "where: [at_most(product(batch_size, accumulate), 64)]",
  elsewhere: { max: "at_most", le: "at_most", less_than: "at_most", lte: "at_most" },
  capabilities: { isSatisfied: (one, other) => one <= other },
  parameters: relationParameters,
});
