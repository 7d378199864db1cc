/** Error codes of tasks. */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** The data of each code. */
export interface TasksCodeData {
  "label-not-trained": {
    readonly labels: readonly string[];
    /** The first row with such a label. */
    readonly row: RowIdentifier;
    readonly model: string;
    readonly has: readonly string[];
  };
  "score-out-of-range": {
    readonly row: RowIdentifier;
    readonly score: number;
    readonly from: number;
    readonly to: number;
  };
  "unequal-lists": { readonly row: RowIdentifier; readonly tokens: number; readonly tags: number };
  "tag-off-scheme": {
    readonly row: RowIdentifier;
    readonly tag: string;
    readonly scheme: string;
    readonly why: string;
  };
  "no-mask-token": { readonly model: string };
  "not-masked": { readonly text: string; readonly mask: string };
  "two-labels": { readonly data: string; readonly labels: readonly string[] };
  "cosine-out-of-range": {
    readonly row: RowIdentifier;
    readonly score: number;
    readonly from: number;
    readonly to: number;
  };
  "negatives-without-ranking": { readonly data: string; readonly loss: string };
  "pooling-unknown": { readonly base: string; readonly modules: readonly string[] };
  "no-answer": { readonly row: RowIdentifier };
  "answer-cut": { readonly row: RowIdentifier; readonly answer: string };
  "task-not-for-base": { readonly task: string; readonly family: string; readonly families: readonly string[] };
}

export const tasksCodes: CodeTable<TasksCodeData> = {
  "label-not-trained": {
    severity: "error",
    facts: true,
    paths: ["columns.label", "columns.labels", "columns.tags"],
    message: (d) =>
      d.labels.length === 1
        ? `the data has the label "${d.labels[0]!}", first in row ${d.row}, which ${d.model} was not trained on`
        : `the data has ${d.labels.length} labels that ${d.model} was not trained on: ${listNames(d.labels.map((label) => `"${label}"`))}; the first is in row ${d.row}`,
    help: (d) => `use only labels of ${d.model}: ${listNames(d.has)}`,
    explain: "Evaluation compares labels by name. The data has labels that were not in the training data.",
  },
  "score-out-of-range": {
    severity: "error",
    facts: true,
    paths: ["columns.score"],
    message: (d) => `row ${d.row} has the score ${d.score}, outside the task's range ${d.from}..${d.to}`,
    help: () => "fix the row, widen `range:`, or remove it",
    explain:
      "`regression(range: a..b)` sets the range of all scores. Predictions are limited to it, so a score outside could never be " +
      "reached. Usually it is a typing error or a missing value written as −1 or 999.",
  },
  "unequal-lists": {
    severity: "error",
    facts: true,
    paths: ["columns.tags"],
    message: (d) => `row ${d.row} has ${d.tokens} tokens and ${d.tags} tags`,
    help: () => "give each token of the row exactly one tag",
    explain:
      "Each token has one tag. Lists can be lists (jsonl, json, tables), JSON in a text, or words separated by white space; " +
      "a token that contains a space needs one of the first two.",
  },
  "tag-off-scheme": {
    severity: "error",
    facts: true,
    paths: ["columns.tags"],
    message: (d) => `row ${d.row} has the tag "${d.tag}": ${d.why}`,
    help: (d) =>
      d.scheme === "iob2"
        ? "start every entity with B-, or use `scheme: bio`, which allows I- there"
        : "write O, B-kind or I-kind, or use `scheme: none` for tags of single words",
    explain:
      "In `bio` and `iob2` a tag is O (outside), B-kind (an entity starts) or I-kind (it continues). `iob2` requires B- at the " +
      "start of each entity; `bio` also accepts I- as a start. `none` accepts any tags and has no entities.",
  },
  "no-mask-token": {
    severity: "error",
    facts: true,
    paths: ["task"],
    message: (d) => `the tokenizer of ${d.model} has no mask token`,
    help: () => "choose a base that was trained to fill in masks (its tokenizer has `[MASK]` or `<mask>`)",
    explain:
      "`fill_mask` replaces tokens by the tokenizer's mask token and learns to predict them. A tokenizer without one belongs " +
      "to a model that was trained differently.",
  },
  "not-masked": {
    severity: "error",
    facts: true,
    message: (d) => `the text has no mask token to fill in: ${d.text}`,
    help: (d) => `write ${d.mask} where a word is missing`,
    explain:
      "A `fill_mask` model predicts what fits in place of the mask token. The text has none within `max_length`.",
  },
  "two-labels": {
    severity: "error",
    facts: true,
    paths: ["columns.label"],
    message: (d) => `sentence similarity needs two labels (related or not), but ${d.data} has ${d.labels.length}`,
    help: () =>
      "use a `label` column with two values, the second of which (see `labels:`) means that the texts are related, or remove it",
    notes: (d) => [`it has: ${listNames(d.labels)}`],
    explain:
      "`sentence_similarity` learns from the role `label` whether the two texts of a row are related. For more labels " +
      "(entailment, neutral, contradiction) use `text_classification` on pairs, or rows of `text`, `text_pair` and `negative`.",
  },
  "cosine-out-of-range": {
    severity: "error",
    facts: true,
    paths: ["columns.score"],
    message: (d) => `row ${d.row} has the score ${d.score}, but scores must be from ${d.from} to ${d.to}`,
    help: (d) =>
      d.from === -1 && d.to === 1
        ? "set the range of the scores, `sentence_similarity(range: 0..5)`, or use `loss: cosent`, which only compares their order"
        : "fix the row, widen `range:`, or remove it",
    explain:
      "`loss: cosine` trains the cosine of two texts towards their score, and a cosine is between −1 and 1. `range: 0..5` " +
      "is the range of the scores; it is scaled to 0..1, or to −1..1 if it starts below 0.",
  },
  "negatives-without-ranking": {
    severity: "error",
    facts: true,
    paths: ["columns.negative"],
    message: (d) => `${d.data} has the role \`negative\`, which the loss \`${d.loss}\` does not use`,
    help: () => "remove `negative`, or use `loss: ranking`",
    explain:
      "`ranking` learns from a third text that is unrelated to the first, as it compares each text with others. The other losses " +
      "learn from pairs and their `score` or `label`.",
  },
  "pooling-unknown": {
    severity: "error",
    facts: true,
    message: (d) => `${d.base} computes text embeddings in a way that is not supported: ${d.modules.join(", ")}`,
    help: () => "choose `pooling: mean`, `cls`, `last` or `max` to train another way, or use another base",
    explain:
      "The base's folder defines how a text's embedding is computed from its tokens (modules.json of sentence-transformers). " +
      "Another way gives a different embedding than the base was trained for, so you must choose it explicitly.",
  },
  "no-answer": {
    severity: "error",
    facts: true,
    paths: ["columns.answer"],
    message: (d) => `the question of row ${d.row} has no answer`,
    help: () => "write `question_answering(unanswerable: true)` if some questions have no answer, or remove the row",
    explain:
      "Without `unanswerable` a model always answers with a span of the context, so a question without an answer would teach it " +
      "a wrong one. With it (SQuAD 2) the model learns such questions and may predict that there is no answer.",
  },
  "answer-cut": {
    severity: "error",
    facts: true,
    paths: ["columns.answer"],
    message: (d) => `no window contains the complete answer of row ${d.row}: ${JSON.stringify(d.answer)}`,
    help: () =>
      "increase the model's `max_length` (length of a window), or the task's `stride` (overlap of two windows)",
    explain:
      "A long context is read in windows that overlap by `stride` tokens. An answer longer than the overlap may cross " +
      "the edges of all windows; the row would then teach that its question has no answer.",
  },
  "task-not-for-base": {
    severity: "error",
    message: (d) => `a base of the ${d.family} family does not support ${d.task}`,
    help: (d) => `choose a base of one of these families: ${d.families.join(", ")}`,
    explain:
      "Decoders (GPT-2, LLaMA and others) predict the next token and so write text. Encoders (BERT and others) read a " +
      "text at once and so label it. A task supports the families that have what its head needs.",
    example: `data d { source: csv("a.csv"), columns: { text: text } }
model m { base: "minilm", task: text_generation }
train m on d`,
  },
};
