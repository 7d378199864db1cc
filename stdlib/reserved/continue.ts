import { defineWord } from "#dsl/language/types/define.js";

/**
 * Reserved: a cell that begins with a TypeScript keyword is TypeScript, so it cannot be a verb. In a Tune cell, it gets
 * this answer.
 */
export const word = defineWord({
  kind: "reserved",
  name: "continue",
  doc: "Continues a training.",
  example: "train router on tickets { resume: true }",
  planned: { meanwhile: "`train router on tickets { resume: true }` resumes an interrupted run" },
  parameters: [],
});
