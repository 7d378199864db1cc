import { compileAnnotate as read } from "#dsl/compiler/annotate/annotate.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "annotate",
  doc: "Asks people to label rows, by keyboard, below the cell. Their decisions go to a file beside the source, with name and time; the source is not changed. The name after `as` is the data with the decisions made so far.",
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
    "The cell does not wait: `checked` has the decisions made so far wherever it is used. Without a front end, the cell lists the rows.",
    "If one annotator decides twice on a row, the later decision counts. If several annotators decide, the label that most chose counts; in a tie the source's label stays.",
    "A decision belongs to the row's texts: it follows a row that moves. If the texts change, the decision is dropped, with a warning.",
  ],
  parameters: [
    {
      name: "order",
      type: { is: "choice", of: ["uncertainty", "label_issues", "random"], elsewhere: { uncertain: "uncertainty" } },
      means: {
        uncertainty:
          "the rows that the model is least sure of first: the smallest margin between the two likeliest labels; with several labels per row, the probability closest to 0.5",
        label_issues: "only rows whose label is probably wrong, the most certain first",
        random: "by chance, the same chance for every annotator",
      },
      doc: "Which rows to ask about first. Rows without a label always come first.",
      default: { derived: "`uncertainty` with a trained model, else `random`", from: () => null },
      why: "A label teaches most where the model is unsure; to estimate how often labels are wrong, use a random order.",
      impact: "high",
    },
    {
      name: "annotator",
      type: { is: "string" },
      doc: "Who decides.",
      default: { derived: "the account that runs the notebook", from: () => null },
      why: "Several people may annotate the same rows: each decision is stored with its name.",
      impact: "medium",
    },
    {
      name: "rows",
      type: { is: "number", integer: true },
      doc: "Maximum number of rows to ask about.",
      range: { min: 1 },
      default: { derived: "all of them", from: () => null },
      why: "A hundred rows in the order that teaches most are an hour's work.",
      impact: "low",
    },
  ],
};
