import { defineWord } from "#dsl/language/types/define.js";
import { checkShares, splitAliases } from "./shared/shares.js";

const share = { is: "number", unit: "share" } as const;
const absent = { derived: "no such split", from: () => null };
const why = "Shares are met on average: a row's split can't depend on how many others there are.";

export const word = defineWord({
  kind: "split",
  name: "hashed",
  doc: "Splits by a column's values: a row's split follows from its value and the data's seed alone, so it stays where it is when rows come or go, and rows with one value stay together. Training on a greater share adds rows to those that trained before, and no row leaves the test.",
  example: "split: hashed(id, train: 90%, test: 10%)",
  elsewhere: {
    hash: "hashed",
    by_hash: "hashed",
    hash_split: "hashed",
    id: "column",
    key: "column",
    ...splitAliases,
  },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      doc: "The column whose values say which rows belong together: an id, a customer, an address.",
      positional: true,
      required: true,
      why: "A number of the row would change when rows are put before it.",
      impact: "high",
    },
    {
      name: "train",
      type: { is: "either", of: [share, { is: "choice", of: ["rest"] }] },
      doc: "Share of the values to train on; `rest`: all that the others leave.",
      means: { rest: "all values that the others leave" },
      default: absent,
      range: { min: 0, exclusive: true },
      why,
      impact: "high",
    },
    {
      name: "split",
      type: share,
      doc: "The share of a split of any other name: `validation`, `test`.",
      default: absent,
      range: { min: 0, exclusive: true },
      why,
      impact: "high",
      open: true,
    },
  ],
  check: checkShares,
  load: async () => (await import("./hashed.run.js")).hashed,
});
