import { defineWord } from "#dsl/language/types/define.js";

/** A keyword of TypeScript can't be a verb, so a cell that begins with it is TypeScript; inside a Tune cell it gets this answer. */
export const word = defineWord({
  kind: "reserved",
  name: "continue",
  doc: "Goes on with training.",
  example: "train router on tickets { resume: true }",
  planned: { meanwhile: "`train router on tickets { resume: true }` goes on with an interrupted run" },
  parameters: [],
});
