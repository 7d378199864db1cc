/** Error codes of tasks. */
import type { RowName } from "#dsl/language/types/row-name.js";
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** The data of each code. */
export interface TasksCodeData {
  "label-not-trained": {
    readonly labels: readonly string[];
    /** The first row with such a label. */
    readonly row: RowName;
    readonly model: string;
    readonly has: readonly string[];
  };
  "score-out-of-range": { readonly row: RowName; readonly score: number; readonly from: number; readonly to: number };
  "unequal-lists": { readonly row: RowName; readonly tokens: number; readonly tags: number };
  "tag-off-scheme": { readonly row: RowName; readonly tag: string; readonly scheme: string; readonly why: string };
  "no-mask-token": { readonly model: string };
  "not-masked": { readonly text: string; readonly mask: string };
  "two-labels": { readonly data: string; readonly labels: readonly string[] };
  "cosine-out-of-range": {
    readonly row: RowName;
    readonly score: number;
    readonly from: number;
    readonly to: number;
  };
  "negatives-without-ranking": { readonly data: string; readonly loss: string };
  "pooling-unknown": { readonly base: string; readonly modules: readonly string[] };
  "no-answer": { readonly row: RowName };
  "answer-cut": { readonly row: RowName; readonly answer: string };
  "task-not-for-base": { readonly task: string; readonly family: string; readonly families: readonly string[] };
}

export const tasksCodes: CodeTable<TasksCodeData> = {
  "label-not-trained": {
    severity: "error",
    facts: true,
    paths: ["columns.label", "columns.labels", "columns.tags"],
    message: (d) =>
      d.labels.length === 1
        ? `the data has the label "${d.labels[0]!}", first in row ${d.row}, which ${d.model} never learned`
        : `the data has ${d.labels.length} labels that ${d.model} never learned: ${listNames(d.labels.map((label) => `"${label}"`))}; the first is in row ${d.row}`,
    help: (d) => `${d.model} knows: ${listNames(d.has)}`,
    explain: "Evaluation compares labels by name. The data holds labels that were not in the training data.",
  },
  "score-out-of-range": {
    severity: "error",
    facts: true,
    paths: ["columns.score"],
    message: (d) => `row ${d.row} has the score ${d.score}, outside the task's range ${d.from}..${d.to}`,
    help: () => "mend the row, widen `range:`, or leave it out",
    explain:
      "`regression(range: a..b)` says between which numbers all scores lie. What a model predicts is kept within it, so a " +
      "score outside could never be met. Usually it is a slip of the pen or a missing value written as −1 or 999.",
  },
  "unequal-lists": {
    severity: "error",
    facts: true,
    paths: ["columns.tags"],
    message: (d) => `row ${d.row} has ${d.tokens} tokens and ${d.tags} tags`,
    help: () => "give each token of the row exactly one tag",
    explain:
      "Tokens and tags stand beside each other, one tag for each token. Lists come as lists (jsonl, json, tables), as JSON in " +
      "a text, or as words with white space between them; a token with a blank in it needs one of the first two.",
  },
  "tag-off-scheme": {
    severity: "error",
    facts: true,
    paths: ["columns.tags"],
    message: (d) => `row ${d.row} has the tag "${d.tag}": ${d.why}`,
    help: (d) =>
      d.scheme === "iob2"
        ? "begin every entity with B-, or take `scheme: bio`, which allows I- there"
        : "write O, B-kind or I-kind, or take `scheme: none` for tags that mark single words",
    explain:
      "In `bio` and `iob2` a tag is O (outside), B-kind (an entity begins) or I-kind (it goes on). `iob2` wants each entity to " +
      "begin with B-; `bio` also takes an I- that follows something else as a beginning. `none` takes any tags, and has no entities.",
  },
  "no-mask-token": {
    severity: "error",
    facts: true,
    paths: ["task"],
    message: (d) => `the tokenizer of ${d.model} has no token that stands for a hidden one`,
    help: () => "choose a base that was trained to fill gaps (its tokenizer has `[MASK]` or `<mask>`)",
    explain:
      "`fill_mask` hides tokens behind the tokenizer's mask token and learns what was there. A tokenizer without one comes " +
      "from a model that was trained otherwise.",
  },
  "not-masked": {
    severity: "error",
    facts: true,
    message: (d) => `nothing is to be filled in: ${d.text}`,
    help: (d) => `write ${d.mask} where a word is missing`,
    explain:
      "A model of `fill_mask` names what fits in the place of the mask token. The text has none within `max_length`.",
  },
  "two-labels": {
    severity: "error",
    facts: true,
    paths: ["columns.label"],
    message: (d) =>
      `pairs of texts belong together or not: two labels are needed, and ${d.data} has ${d.labels.length}`,
    help: () =>
      "give the role `label` a column of two values, the second of which (see `labels:`) says that the texts belong together, or leave it out",
    notes: (d) => [`it has: ${listNames(d.labels)}`],
    explain:
      "`sentence_similarity` learns from the role `label` whether the two texts of a row belong together. Labels of several kinds " +
      "(entailment, neutral, contradiction) are learnt by `text_classification` on pairs, or become rows of `text`, `text_pair` and `negative`.",
  },
  "cosine-out-of-range": {
    severity: "error",
    facts: true,
    paths: ["columns.score"],
    message: (d) => `row ${d.row} has the score ${d.score}, and the task takes scores from ${d.from} to ${d.to}`,
    help: (d) =>
      d.from === -1 && d.to === 1
        ? "say between which numbers the scores lie, `sentence_similarity(range: 0..5)`, or take `loss: cosent`, which looks at their order alone"
        : "mend the row, widen `range:`, or leave it out",
    explain:
      "With `loss: cosine` the similarity of two texts is to become their score, and a cosine lies between −1 and 1. `range: 0..5` " +
      "says where the scores lie; they are laid onto 0..1, or onto −1..1 where the range begins below 0.",
  },
  "negatives-without-ranking": {
    severity: "error",
    facts: true,
    paths: ["columns.negative"],
    message: (d) => `${d.data} has the role \`negative\`, and the loss \`${d.loss}\` has no use for it`,
    help: () => "leave `negative` out, or take `loss: ranking`",
    explain:
      "A third text that does not belong to the first is learnt by `ranking`, which holds each text beside others. The other losses " +
      "learn from pairs and what the roles `score` or `label` say of them.",
  },
  "pooling-unknown": {
    severity: "error",
    facts: true,
    message: (d) => `${d.base} makes vectors of texts in a way that isn't built: ${d.modules.join(", ")}`,
    help: () => "write `pooling: mean`, `cls`, `last` or `max` to train another way, or choose another base",
    explain:
      "The base's folder says (modules.json, as sentence-transformers writes it) how a text's vector is made of its tokens' states. " +
      "A vector made otherwise would not be the one that the base was trained for, so the way is chosen knowingly or not at all.",
  },
  "no-answer": {
    severity: "error",
    facts: true,
    paths: ["columns.answer"],
    message: (d) => `the question of row ${d.row} has no answer`,
    help: () => "write `question_answering(unanswerable: true)` if some questions have none, or leave the row out",
    explain:
      "Without `unanswerable` a model always names a place of the context, so a question without an answer would teach it " +
      "a wrong one. With it (SQuAD 2) such questions are learnt, and the model may say that there is no answer.",
  },
  "answer-cut": {
    severity: "error",
    facts: true,
    paths: ["columns.answer"],
    message: (d) => `no window holds the whole answer of row ${d.row}: ${JSON.stringify(d.answer)}`,
    help: () => "raise `max_length` of the model, or `stride` of the task",
    explain:
      "A long context is read in windows that overlap by `stride` tokens. An answer that is longer than the overlap may lie " +
      "across the edges of all of them; such a row would teach that its question has no answer.",
  },
  "task-not-for-base": {
    severity: "error",
    message: (d) => `a base of the ${d.family} family can't do ${d.task} here`,
    help: (d) => `choose a base of these families: ${d.families.join(", ")}`,
    explain:
      "Decoders (GPT-2, LLaMA and their kin) predict the next token and so write text; encoders (BERT and its kin) read a " +
      "whole text at once and so label it. A task is built for the families that have what its head reads.",
    example: `data d { source: csv("a.csv"), columns: { text: text } }
model m { base: "minilm", task: text_generation }
train m on d`,
  },
};
