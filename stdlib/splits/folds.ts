import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "split",
  name: "folds",
  doc: "Splits into k folds for cross-validation.",
  example: "split: folds(5)",
  since: "0.1.0",
  planned: { meanwhile: "use `random` with several seeds and compare the scores" },
  parameters: [],
});
