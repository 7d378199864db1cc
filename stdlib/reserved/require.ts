import { defineWord } from "#dsl/language/types/define.js";

/** A keyword of TypeScript can't be a verb, so a cell that begins with it is TypeScript; inside a Tune cell it gets this answer. */
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
