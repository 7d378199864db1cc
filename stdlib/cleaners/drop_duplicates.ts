import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_duplicates",
  doc: "Keeps the first of rows with the same text: equal after NFKC, case folding and collapsing of white space. Rows with the same text and another label are counted separately, since one of the labels must be wrong. With `similarity` it also drops rows that differ little from an earlier one.",
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
      doc: "Share of five-letter sequences that two texts have in common (Jaccard similarity, ignoring case, white space and punctuation) from which the later one is dropped; by default only equal texts. For streamed rows it is estimated with 125 hashes, to about 5 points.",
      why: "Texts that differ only in a name or a number teach the same thing twice, and leak training rows into the test split: corpora are deduplicated at 80 %.",
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
