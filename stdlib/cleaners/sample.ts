import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "sample",
  doc: "Keeps a share of the rows, each drawn by its own `id` (or by its text) and the data's seed: a row that is kept stays when rows are added or the share grows. Equal texts are drawn together. For a number of rows write `sample: 1000` next to `clean`.",
  example: "clean: [drop_empty, sample(10%)]",
  elsewhere: { subsample: "sample", downsample: "sample", frac: "share", fraction: "share", limit: "sample" },
  advice: { n: "write `sample: 1000` next to `clean` for a number of rows" },
  parameters: [
    {
      name: "share",
      type: { is: "number", unit: "share" },
      doc: "The share of rows that stays, on average.",
      positional: true,
      required: true,
      range: { min: 0, max: 1, exclusive: true },
      why: "If there are many rows, a tenth of them shows in a tenth of the time which recipe is good.",
      impact: "medium",
      misfits: { number: "write a share such as `10%`, or `sample: 1000` next to `clean` for a number of rows" },
    },
  ],
  load: async () => (await import("./sample.run.js")).sample,
});
