import { defineWord } from "#dsl/language/types/define.js";

/**
 * Reserved: a cell that begins with a TypeScript keyword is TypeScript, so it cannot be a verb. In a Tune cell, it gets
 * this answer.
 */
export const word = defineWord({
  kind: "reserved",
  name: "require",
  doc: "States a bar that a headless run must clear: a key of `evaluate`.",
  example: "evaluate router on tickets.test { require: at_least(f1(macro), 80%) }",
  planned: {
    meanwhile: "write it into `evaluate`: `evaluate router on tickets.test { require: [at_least(f1(macro), 80%)] }`",
  },
  parameters: [],
});
