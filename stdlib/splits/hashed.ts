import { defineWord } from "#dsl/language/types/define.js";
import { checkShares, splitAliases } from "./shared/shares.js";

const share = { is: "number", unit: "share" } as const;
const absent = { derived: "no such split", from: () => null };
const why = "Shares are approximate: a row's split cannot depend on how many others there are.";

export const word = defineWord({
  kind: "split",
  name: "hashed",
  doc: "Splits by a column's values: a row's split depends only on its value and the data's seed, so it does not change when rows are added or removed, and rows with the same value stay together. Training on a greater share adds rows to those that trained before, and no row leaves the test split.",
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
      doc: "The column that groups rows: an id, a customer, an address. Rows with the same value go to the same split.",
      positional: true,
      required: true,
      why: "A number of the row would change when rows are put before it.",
      impact: "high",
    },
    {
      name: "train",
      type: { is: "either", of: [share, { is: "choice", of: ["rest"] }] },
      doc: "Share of the values to train on; `rest`: all values not in other splits.",
      means: { rest: "all values not in other splits" },
      default: absent,
      range: { min: 0, exclusive: true },
      why,
      impact: "high",
    },
    {
      name: "split",
      type: share,
      doc: "The share of another split: `validation`, `test`.",
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
