import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_duplicates",
  doc: "Keeps the first of rows with the same text: equal after NFKC, case folding and collapsing of white space. Rows whose text comes again under another label are counted apart, since one of the labels must be wrong. With `similarity` also those that differ little from one before.",
  example: "clean: [unicode, drop_duplicates]",
  elsewhere: {
    dedup: "drop_duplicates",
    deduplicate: "drop_duplicates",
    unique: "drop_duplicates",
    distinct: "drop_duplicates",
    drop_near_duplicates: "drop_duplicates",
    near_dedup: "drop_duplicates",
    minhash: "drop_duplicates",
    threshold: "similarity",
    jaccard: "similarity",
    ratio: "similarity",
  },
  parameters: [
    {
      name: "similarity",
      type: { is: "number", unit: "share" },
      range: { min: 0.7, max: 1 },
      doc: "Share of runs of five letters that two texts have in common (Jaccard likeness; case, blanks and punctuation aside) from which on the later one is dropped; left out: equal texts alone. Of streamed rows it is estimated by 125 hashes, give or take 5 points.",
      why: "Texts that differ in a name or a number teach the same thing twice, and let a test ask what training has told: corpora are deduplicated at 80 %.",
      impact: "medium",
    },
  ],
  references: [
    {
      title: "Deduplicating Training Data Makes Language Models Better",
      by: "Lee et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2107.06499",
    },
  ],
  capabilities: { dropsRepeated: true, affectsOtherRows: (call) => call.arguments.similarity !== undefined },
  load: async () => (await import("./drop_duplicates.run.js")).dropDuplicates,
});
