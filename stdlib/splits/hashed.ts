import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "split",
  name: "hashed",
  doc: "Splits by the hash of a column: a row stays where it is when others come.",
  example: "split: hashed(id, test: 10%)",
  since: "0.1.0",
  planned: { meanwhile: "use `random(..., group: id)`: the same data and seed give the same split" },
  parameters: [],
});
