import { compileAnnotate as read } from "#dsl/compiler/annotate/annotate.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "annotate",
  doc: "Asks people for the labels of rows, by the keyboard, beneath the cell. What they decide goes to a file beside the source, which stays as it is, with who and when; the name after `as` is the data as they are annotated so far.",
  example: 'annotate tickets with router as checked { order: label_issues, annotator: "ann" }',
  operands: { what: "data" },
  connectors: { with: { takes: "model" }, as: { takes: "new-name", required: true } },
  effect: "acts",
  read,
  elsewhere: {
    using: "with",
    called: "as",
    label: "annotate",
    relabel: "annotate",
    review: "annotate",
    user: "annotator",
    by: "annotator",
    limit: "rows",
    sort: "order",
  },
  notes: [
    "The cell doesn't wait: `checked` has what was decided so far wherever it is used, and where no front end runs the rows are listed.",
    "Of one annotator the last decision on a row counts; of several the label that most chose, and where as many chose another one the source's label stays.",
    "A decision belongs to the row's texts: it stays with a row that moves, and a row whose texts change loses it, which is told.",
  ],
  parameters: [
    {
      name: "order",
      type: { is: "choice", of: ["uncertainty", "label_issues", "random"], elsewhere: { uncertain: "uncertainty" } },
      means: {
        uncertainty:
          "what the model is least sure of first: the smallest margin between its two likeliest labels; of several labels, the chance nearest to one half",
        label_issues: "rows whose label is probably wrong, the surest first, and no others",
        random: "by chance, the same chance for every annotator",
      },
      doc: "Which rows are asked about first. Rows without a label come first in any order.",
      default: { derived: "`uncertainty` with a trained model, else `random`", from: () => null },
      why: "A label teaches most where the model is unsure; for an honest score of how often labels are wrong, ask by chance.",
      impact: "high",
    },
    {
      name: "annotator",
      type: { is: "string" },
      doc: "Who decides.",
      default: { derived: "the account that runs the notebook", from: () => null },
      why: "Several people may annotate the same rows: each decision is kept with its name.",
      impact: "medium",
    },
    {
      name: "rows",
      type: { is: "number", integer: true },
      doc: "Most rows that are asked about.",
      range: { min: 1 },
      default: { derived: "all of them", from: () => null },
      why: "A hundred rows in the order that teaches most are an hour's work.",
      impact: "low",
    },
  ],
};
