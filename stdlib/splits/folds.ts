import type { Word } from "#dsl/types/registry.js";

export const word: Word = {
  kind: "split",
  name: "folds",
  doc: "Splits into k folds for cross-validation.",
  example: "split: folds(5)",
  since: "0.1.0",
  planned: { meanwhile: "use `random` with several seeds and compare the scores" },
  parameters: [],
};
