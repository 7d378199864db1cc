import { defineWord } from "#dsl/types/define.js";

/** A keyword of TypeScript can't be a verb, so a cell that begins with it is TypeScript; inside a Tune cell it gets this answer. */
export const word = defineWord({
  kind: "reserved",
  name: "require",
  doc: "States a bar that a headless run must clear.",
  example: "evaluate router on tickets.test",
  since: "0.1.0",
  planned: { meanwhile: "compare the score in a TypeScript cell and throw" },
  parameters: [],
});
