import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_near_duplicates",
  doc: "Drops rows that differ little from one before.",
  example: "clean: drop_near_duplicates(similarity: 90%)",
  since: "0.1.0",
  planned: {
    meanwhile: "use `drop_duplicates`, which also finds rows that differ only in case, spacing or character variants",
  },
  parameters: [],
});
