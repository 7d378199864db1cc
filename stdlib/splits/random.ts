import { defineWord } from "#dsl/language/types/define.js";
import { checkSharesCoverAllRows, splitShareParameter, splitAliases } from "./shared/shares.js";

export const word = defineWord({
  kind: "split",
  name: "random",
  doc: "Draws each row's split with the recipe's seed: shares of all rows, or numbers of rows. Rows of the same group stay together. Rows beyond the shares are not used.",
  example: "split: random(train: 80%, validation: 10%, test: 10%, stratify: team)",
  elsewhere: {
    train_test_split: "random",
    ...splitAliases,
    stratify_by: "stratify",
    groups: "group",
    group_by: "group",
  },
  advice: {
    random_state: "remove it: the same rows give the same split every time",
    seed: "remove it: the same rows give the same split every time",
    shuffle: "remove it: rows are drawn by chance anyway",
  },
  idle: ["random_state", "seed", "shuffle"],
  parameters: [
    {
      ...splitShareParameter("train", "Share or number of rows to train on; `rest`: all rows not in other splits."),
      type: {
        is: "either",
        of: [
          { is: "number", unit: "share-or-count" },
          { is: "choice", of: ["rest"] },
        ],
      },
      means: { rest: "all rows not in other splits" },
    },
    splitShareParameter("validation", "Share or number of rows that choose the best checkpoint."),
    splitShareParameter("test", "Share or number of rows for the last word."),
    {
      name: "stratify",
      type: { is: "column" },
      doc: "Every split gets this column's values in the same proportions, as nearly as possible; if a row has several (the role `labels`), each label separately. Streamed rows are read twice for it.",
      default: { derived: "drawn without regard to any column", from: () => null },
      why: "With few rows or rare labels, a label may be missing in the test split by chance.",
      impact: "medium",
    },
    {
      name: "group",
      type: { is: "column" },
      doc: "Rows with the same value stay in one split.",
      default: { derived: "the column with the role `group`, if there is one", from: () => null },
      why: "Rows of one customer or patient in two splits make the test too easy.",
      impact: "high",
    },
    { ...splitShareParameter("split", "A split of any other name."), open: true },
  ],
  check: checkSharesCoverAllRows,
  load: async () => (await import("./random.run.js")).random,
});
