import type { Verb } from "#dsl/registry.js";

const roles = [
  "text",
  "text_pair",
  "negative",
  "label",
  "labels",
  "score",
  "tokens",
  "tags",
  "messages",
  "input",
  "target",
  "id",
  "group",
  "weight",
] as const;
const planned = {
  keys: ["question", "context", "answer", "time"],
  meanwhile:
    "built are `text`, `text_pair`, `negative`, `label`, `labels`, `score`, `tokens`, `tags`, `messages`, `input` and `target`",
} as const;

export const word: Verb = {
  kind: "verb",
  name: "data",
  doc: "Says what the data is: where it comes from, which column plays which role, how it is cleaned and split.",
  example: 'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team } }',
  since: "0.1.0",
  operands: { what: "new-name" },
  connectors: { like: { takes: "data" } },
  does: "defines",
  elsewhere: {
    file: "source",
    path: "source",
    preprocessing: "clean",
    cleaning: "clean",
    splits: "split",
    columns_map: "columns",
    fields: "columns",
    limit: "sample",
    dataset: "source",
  },
  parameters: [
    {
      name: "source",
      type: {
        is: "either",
        of: [
          { is: "word", kind: "source" },
          { is: "record", of: { is: "word", kind: "source" } },
        ],
      },
      doc: "Where the rows come from: a file, a TypeScript table `$rows`, or one of them per split.",
      required: true,
      why: "There is no data without a source.",
      impact: "high",
      related: ["split"],
    },
    {
      name: "columns",
      type: {
        is: "record",
        of: { is: "either", of: [{ is: "column" }, { is: "word", kind: "conversation" }] },
        keys: roles,
        planned,
      },
      doc: "Which column plays which role: text, text_pair, negative (a text that doesn't belong to `text`), label, labels (several of a text), score (a number), tokens and tags (lists of equal length), messages (a column of conversations, or `turns(…)`, `alpaca()`), input and target (a text and what is made of it), id, group, weight. Lists come as lists, as JSON in a text, or as text in parts: labels by `separator`, tokens and tags by white space.",
      required: true,
      why: "Column names are the file's own; roles are what a task reads.",
      impact: "high",
    },
    {
      name: "labels",
      type: { is: "list", of: { is: "text" } },
      suggests: { from: "labels" },
      doc: "The labels in the order in which the model numbers them.",
      default: { derived: "the labels found in the data, sorted", from: () => null },
      why: "Written out, a missing or misspelt label is found, and the second one counts as positive.",
      impact: "medium",
    },
    {
      name: "separator",
      type: { is: "string" },
      doc: "What stands between the labels of a row where the role `labels` is a text: `a|b`. An empty text is no label at all.",
      default: { value: "|" },
      why: "Labels may hold commas and blanks, so they are parted by a character that they don't have.",
      impact: "low",
    },
    {
      name: "clean",
      type: { is: "list", of: { is: "word", kind: "cleaner" } },
      doc: "Cleaning steps, done in their written order.",
      default: { value: [] },
      why: "Cleaning is off until asked for: nothing is silently changed.",
      impact: "medium",
    },
    {
      name: "split",
      type: { is: "word", kind: "split" },
      doc: "How rows are divided into train, validation and test.",
      default: { derived: "no split: all rows train", from: () => null },
      why: "A split is never invented, or a score would mean something else than you think.",
      impact: "high",
      related: ["source"],
    },
    {
      name: "sample",
      type: { is: "number", integer: true },
      doc: "Keeps only so many rows, drawn evenly over the data.",
      range: { min: 1 },
      default: { derived: "all rows", from: () => null },
      why: "A first try on a part answers sooner.",
      impact: "medium",
    },
    {
      name: "positive",
      type: { is: "text" },
      doc: "The label that counts as positive.",
      planned: {
        meanwhile: "write the labels in order, the positive one second: `labels: [no, yes]`, or `f1(of: yes)`",
      },
      why: "Binary scores depend on it.",
      impact: "medium",
    },
    {
      name: "audit",
      type: { is: "record", of: { is: "list", of: { is: "text" } } },
      doc: "Which columns to look at for bias.",
      planned: {
        meanwhile:
          'compare label counts per group in a TypeScript cell: `tickets.train.table().groupby("group").count()`',
      },
      why: "Unequal groups train unequal models.",
      impact: "low",
    },
  ],
};
