import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_duplicates",
  doc: "Keeps the first of rows with the same text: equal after NFKC, case folding and collapsing of white space. Rows whose text comes again under another label are counted apart, since one of the labels must be wrong.",
  example: "clean: [unicode, drop_duplicates]",
  since: "0.1.0",
  elsewhere: {
    dedup: "drop_duplicates",
    deduplicate: "drop_duplicates",
    unique: "drop_duplicates",
    distinct: "drop_duplicates",
  },
  parameters: [],
  load: async () => (await import("./drop_duplicates.run.js")).dropDuplicates,
});
