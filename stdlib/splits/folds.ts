import { defineWord } from "#dsl/language/types/define.js";
import { foldNames } from "./shared/fold-names.js";

export const word = defineWord({
  kind: "split",
  name: "folds",
  doc: "Divides the rows into k folds for cross-validation: `train` trains k models, each on all folds but one, and `evaluate` scores each row with the model that did not see it.",
  example: "split: folds(5, stratify: team)",
  elsewhere: {
    k_fold: "folds",
    kfold: "folds",
    KFold: "folds",
    StratifiedKFold: "folds",
    GroupKFold: "folds",
    cross_validation: "folds",
    cv: "folds",
    n_splits: "k",
    n_folds: "k",
    stratify_by: "stratify",
    groups: "group",
    group_by: "group",
    held_out: "fold",
    index: "fold",
  },
  advice: {
    random_state: "remove it: the same rows give the same folds every time",
    seed: "remove it: the same rows give the same folds every time",
    shuffle: "remove it: rows are drawn by chance anyway",
  },
  idle: ["random_state", "seed", "shuffle"],
  parameters: [
    {
      name: "k",
      type: { is: "number", integer: true },
      doc: "Number of folds: one model is trained for each.",
      positional: true,
      required: true,
      range: { min: 2, max: 20 },
      why: "Five or ten are usual: with more folds each model trains on more rows, and there are more trainings.",
      impact: "high",
    },
    {
      name: "stratify",
      type: { is: "column" },
      doc: "Every fold gets this column's values in the same proportions, as nearly as possible; if a row has several (the role `labels`), each label separately.",
      default: { derived: "drawn without regard to any column", from: () => null },
      why: "With few rows or rare labels, a label may be missing in a fold by chance.",
      impact: "medium",
    },
    {
      name: "group",
      type: { is: "column" },
      doc: "Rows with the same value stay in one fold.",
      default: { derived: "the column with the role `group`, if there is one", from: () => null },
      why: "Rows of one customer or patient in two folds make the scores too good.",
      impact: "high",
    },
    {
      name: "fold",
      type: { is: "number", integer: true },
      doc: "The fold to use as `validation`, from 1, while all others train; by default each fold is used once.",
      default: { derived: "each fold is validated once", from: () => null },
      range: { min: 1, max: 20 },
      why: "A single fold is an ordinary split: use it to look at one of the models.",
      impact: "medium",
    },
  ],
  capabilities: {
    splitNames: ({ arguments: { k, fold } }) => foldNames(k, fold),
    foldCount: ({ arguments: { k, fold } }) => (fold === null ? k : null),
  },
  check(call, context) {
    const { k, fold } = call.arguments;
    if (fold !== null && fold > k) context.report("no-such-fold", { fold, k });
  },
  load: async () => (await import("./folds.run.js")).folds,
});
