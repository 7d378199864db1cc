/** Codes of mismatches between the program and the facts: columns, labels, splits, bases, memory, trained weights. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { exampleLines, listNames } from "../../language/diagnostics/lists.js";
import type { SettingChange } from "../plan/recipe-settings.js";
import { MASKED_DATA_NOTE } from "./masked.js";

export interface DataAndModelCodeData {
  "unknown-column": {
    readonly column: string;
    readonly file: string;
    readonly has: readonly string[];
    readonly nearest?: string;
    /** What to write if the first line looks like a data row. */
    readonly headless?: string;
  };
  "no-template": { readonly base: string; readonly has: readonly string[] };
  "template-without-chat": { readonly task: string };
  "not-a-conversation": { readonly role: string };
  "missing-role": { readonly role: string; readonly task: string; readonly data: string };
  "asks-without-context": { readonly model: string };
  "one-label-alone": { readonly data: string; readonly label: string };
  "one-label": { readonly data: string; readonly labels: readonly string[] };
  /** `nearest`: a listed label that differs only in capitals; `both`: some rows have that spelling too. */
  "unlisted-label": {
    readonly label: string;
    readonly data: string;
    readonly nearest?: string;
    readonly both?: true;
  };
  /** Rarest first. `repeated`: row count after a cleaner balanced the labels. */
  "rare-label": {
    readonly labels: readonly { readonly label: string; readonly count: number; readonly repeated?: number }[];
    readonly data: string;
  };
  /** `file`: set if the split has its own source. */
  "empty-split": { readonly data: string; readonly split: string; readonly file?: string };
  /** Bytes read from the file, and bytes of the rows unpacked from it. */
  "unpacks-far": { readonly data: string; readonly file: string; readonly packed: number; readonly unpacked: number };
  "split-leak": {
    readonly data: string;
    readonly count: number;
    readonly places: readonly string[];
    /** Some of the texts have masked personal data. */
    readonly masked?: true;
    /** The last cleaner after the one that drops repeated texts. */
    readonly late?: { readonly drops: string; readonly after: string };
  };
  "no-split": { readonly data: string; readonly split: string };
  "unknown-split": {
    readonly data: string;
    readonly split: string;
    readonly has: readonly string[];
    readonly nearest?: string;
  };
  /** `best`: the most likely intended split. */
  "which-split": { readonly data: string; readonly best: string };
  "split-twice": { readonly data: string };
  /** `split`: how the data are split; unset if they are not. */
  "needs-validation": {
    readonly what: string;
    readonly data: string;
    readonly split?: "words" | "files" | "column";
    /** What to write if the column uses another name for it. */
    readonly rename?: string;
  };
  "not-trained": {
    readonly model: string;
    /** The name that its training was assigned. */
    readonly as?: string;
    /** Labels per task of the base's own head; none of these tasks is the model's. */
    readonly heads?: Readonly<Record<string, readonly string[]>>;
    /** The statement that should train it and did not finish. */
    readonly began?: string;
    /** The statement shows the model's mask, which needs no training if data are given with `on`. */
    readonly mask?: true;
  };
  "changed-since-trained": { readonly model: string; readonly changes?: readonly SettingChange[] };
  /** `virtual`: positions that the technique takes from the text. */
  "too-long": {
    readonly max_length: number;
    readonly positions: number;
    readonly base: string;
    readonly virtual: number;
  };
  "storage-trains": { readonly storage: string; readonly technique: string };
  "metric-of-other-task": {
    readonly metric: string;
    readonly model: string;
    readonly task: string;
    readonly has: readonly string[];
  };
  "metric-of-written": { readonly metric: string; readonly key: string; readonly has: readonly string[] };
  "two-watched": { readonly keep: string; readonly early_stopping: string };
  "cannot-pack": { readonly task: string };
  "batchwise-parts": { readonly task: string; readonly batch_size: number; readonly whole: number };
  "no-packed-prompts": { readonly technique: string };
  "no-why": { readonly task: string; readonly has: readonly string[] };
  "writes-no-text": { readonly key: string; readonly task: string };
}

/** Maximum further changes listed. */
const MOST_CHANGES = 5;
function changeText({ setting, was, now }: SettingChange): string {
  const shown = (value: string | null): string => (value === null ? "not given" : `\`${clipped(value)}\``);
  return `${setting} was ${shown(was)} and is ${now === null ? "not given now" : shown(now)}`;
}
const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

const sizeText = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

export const dataAndModelCodes: CodeTable<DataAndModelCodeData> = {
  "unknown-column": {
    severity: "error",
    message: (d) => `no column "${d.column}" in ${d.file}`,
    help: (d) =>
      d.headless !== undefined
        ? `write \`${d.headless}\`${/^(?!skip)\w+:/.test(d.headless) ? ", with your own names" : ""}`
        : d.nearest
          ? `write \`${d.nearest}\``
          : `use one of the columns ${listNames(d.has)}`,
    notes: ({ headless, file, has }) => {
      if (headless === undefined) return [];
      if (headless.startsWith("names:"))
        return [`the columns of ${file} have no names, only positions: ${listNames(has)}`];
      const like = headless.startsWith("skip:") ? "a title" : "data";
      return [`the first line of ${file} looks like ${like}, not like column names: ${listNames(has)}`];
    },
    explain:
      "The source does not have this column. Names must match exactly, including capitals and spaces. Write a name with spaces as a string.",
    example: 'data d { source: csv("a.csv"), columns: { text: txt } }',
  },
  "no-template": {
    severity: "error",
    facts: true,
    message: (d) => `${d.base} has no chat template`,
    help: (d) => `write \`template: chatml\`, or one of ${d.has.join(", ")}`,
    explain:
      "A model reads a conversation as one text, and every model family marks turns differently. A base model for chat includes its format (`chat_template`). For any other, choose a template, which the model then learns.",
  },
  "template-without-chat": {
    severity: "error",
    message: (d) => `${d.task} does not read conversations, so it does not support a template`,
    help: () => "remove `template`, or write `task: chat`",
    explain: "A template turns the turns of a conversation into one text. Other tasks read texts unchanged.",
    example: 'model m { base: "minilm", task: text_classification, template: chatml }',
  },
  "not-a-conversation": {
    severity: "error",
    message: (d) => `the role ${d.role} is a column, not a conversation`,
    help: () => "name a column; use `turns(…)` and `alpaca()` for `messages`",
    explain: "Functions that read conversations return turns with roles. Only the role `messages` supports these.",
    example: 'data d { source: csv("a.csv"), columns: { text: turns(body) } }',
  },
  "missing-role": {
    severity: "error",
    message: (d) => `${d.task} needs the role \`${d.role}\`, but \`${d.data}\` has no column for it`,
    help: (d) => `add \`${d.role}: …\` to \`columns\``,
    explain: "Each task reads certain roles: text_classification reads `text` and, to train and score, `label`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t } }\nmodel m { base: "b", task: text_classification }\ntrain m on d',
  },
  "asks-without-context": {
    severity: "error",
    message: (d) => `\`${d.model}\` answers questions about a context, but this text has none`,
    help: (d) =>
      `ask in a TypeScript cell: \`await ${d.model}.predict([{ question: "…", context: "…" }])\`, or name data with the roles \`question\` and \`context\``,
    explain:
      "A `question_answering` model finds the answer in a context that comes with each question. A single text could be either.",
    example:
      'data d { source: csv("a.csv"), columns: { question: t, context: body, answer: l } }\nmodel m { base: "b", task: question_answering }\ntrain m on d\npredict m on "Who?"',
  },
  "one-label": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.labels.length === 0
        ? `\`${d.data}\` has no labels`
        : `\`${d.data}\` has only one label: ${d.labels.join(", ")}`,
    help: () => "check the label column",
    explain:
      "A classifier needs at least two labels. Often the wrong column has the role `label`, or the file is truncated.",
  },
  "one-label-alone": {
    severity: "warning",
    facts: true,
    message: (d) => `\`${d.data}\` has only one label: ${d.label}`,
    help: () => "check the label column, or use the data as one of several clients: `federate … on north, south`",
    explain:
      "A classifier needs at least two labels, so these data cannot train alone. In a federation the labels of all clients count together. Often the wrong column has the role `label`, or the file is truncated.",
  },
  "unlisted-label": {
    severity: "error",
    message: (d) => `\`${d.data}\` has rows with the label "${d.label}", which is not in \`labels\``,
    help: (d) =>
      d.nearest === undefined
        ? "add it to `labels`, or drop those rows first"
        : d.both
          ? `use one spelling in the source: other rows have "${d.nearest}", with different capitals; if both are intended, add "${d.label}" to \`labels\``
          : `write \`${d.label}\` instead of \`${d.nearest}\` (only capitals differ); clients of one federation must list the same labels: fix the rows`,
    explain: "A `labels` list must be complete: a row with another label cannot be trained on.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, labels: [no] }
model m { base: "minilm", task: text_classification }
train m on d`,
  },
  "rare-label": {
    severity: "warning",
    facts: true,
    found: "data",
    message: ({ labels }) => {
      const rows = (count: number): string => `${String(count)} training row${count === 1 ? "" : "s"}`;
      const [first, ...others] = labels;
      if (first && others.length === 0)
        return `the label "${first.label}" has only ${rows(first.count)}${first.repeated === undefined ? "" : `, repeated until they are ${String(first.repeated)}`}`;
      const all = listNames(
        labels.map((one) => `"${one.label}" ${String(one.count)}`),
        { most: 8 },
      );
      const [fewest, most] = [first?.count ?? 0, labels.at(-1)?.count ?? 0];
      const range = fewest === most ? `${rows(most)} each` : `${String(fewest)} to ${rows(most)}`;
      return `${String(labels.length)} labels have only ${range}: ${all}`;
    },
    help: () => "check `f1(macro)`, which counts all labels equally",
    explain: "A model can hardly learn a label from a few rows, and accuracy does not show it.",
  },
  "empty-split": {
    severity: "error",
    facts: true,
    message: (d) => `the split \`${d.split}\` of \`${d.data}\` has no rows`,
    help: (d) =>
      d.file === undefined
        ? "use a larger share, or remove the split"
        : `remove the split, since ${d.file} has no rows`,
    explain: "A requested split is empty: its share is too small for so few rows, or the column names another value.",
  },
  "unpacks-far": {
    severity: "warning",
    allowable: true,
    facts: true,
    message: (d) =>
      `${d.file} unpacks to ${Math.round(d.unpacked / Math.max(1, d.packed)).toLocaleString("en-US")} times its size: ${sizeText(d.packed)} of it contain ${sizeText(d.unpacked)} of rows`,
    help: () => "use the file only if you know who made it; otherwise unpack a part and look at the rows",
    explain:
      "Well compressed text has a thirtieth of its size. A file that unpacks to over forty times its size repeats the same row, or was made to fill the reader's memory. A check reads a limited part of such a file. A run reads it if it unpacks to less than 64 MiB or 200 times its size (`unpacks-too-large`).",
  },
  "split-leak": {
    severity: "error",
    allowable: true,
    facts: true,
    found: "data",
    message: (d) =>
      `${String(d.count)} text${d.count === 1 ? "" : "s"} of \`${d.data}\` occur${d.count === 1 ? "s" : ""} in more than one split`,
    help: (d) =>
      !d.late
        ? "add `clean: drop_duplicates`, which keeps the first of each"
        : `move \`${d.late.drops}\` after \`${d.late.after}\`, which made different texts equal`,
    notes: (d) => [...exampleLines(d.places, d.count), ...(d.masked ? [MASKED_DATA_NOTE] : [])],
    explain:
      "A text in both training and test makes the score too good. Exact duplicates across splits are refused; the notes name the rows. `clean: drop_duplicates` in the data keeps the first of each before the data are split.",
  },
  "no-split": {
    severity: "error",
    message: (d) => `\`${d.data}\` has no split, so there is no \`.${d.split}\``,
    help: () => "add `split: random(train: 80%, test: 20%)` to the data",
    explain: "Tunebook never adds a split by itself: without `split`, all rows are one set.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.test',
  },
  "unknown-split": {
    severity: "error",
    message: (d) => `\`${d.data}\` has no split \`${d.split}\``,
    help: (d) => (d.nearest ? `write \`${d.data}.${d.nearest}\`` : `use one of ${listNames(d.has)}`),
    explain: "The data are split, but no split has that name.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.tset',
  },
  "which-split": {
    severity: "error",
    message: (d) => `\`${d.data}\` has several splits, and none is chosen for scoring`,
    help: (d) => `write \`${d.data}.${d.best}\``,
    explain: "A score over all rows would include the training rows.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d',
  },
  "split-twice": {
    severity: "error",
    message: (d) => `\`${d.data}\` has both a source per split and a \`split\``,
    help: () => "remove one of them",
    explain: "Rows are divided either by their file or by the rule after `split:`, not by both.",
    example:
      'data d { source: { train: csv("a.csv"), test: csv("b.csv") }, columns: { text: t }, split: random(train: 80%, test: 20%) }',
  },
  "metric-of-other-task": {
    severity: "error",
    message: (d) => `\`${d.metric}\` does not apply to \`${d.model}\`, whose task is ${d.task}`,
    help: (d) => `use one of its metrics: ${listNames(d.has, { most: 40 })}`,
    explain:
      "Some metrics compare labels, others score the prediction of each next token. A model supports the metrics of its task.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.test { metrics: [perplexity] }',
  },
  "metric-of-written": {
    severity: "error",
    message: (d) => `\`${d.metric}\` scores generated texts, but none are generated during training`,
    help: (d) => `use ${listNames(d.has)} for \`${d.key}\`; \`evaluate\` and \`sweep\` also support \`${d.metric}\``,
    explain:
      "Validation during training scores the predicted probability of the right texts in one forward pass. Generating text needs one pass per token. Use such metrics in `evaluate`, or in a sweep that compares trained models.",
  },
  "two-watched": {
    severity: "error",
    message: (d) => `\`keep\` uses the metric \`${d.keep}\`, but \`early_stopping\` uses \`${d.early_stopping}\``,
    help: () => "write the metric at only one of them: the other uses the same",
    explain:
      "One metric decides which validation was best: its weights are kept, and training stops when the metric no longer improves. A metric written at one key applies to both.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { keep: best(accuracy), early_stopping: patience(3, metric: loss) }',
  },
  "cannot-pack": {
    severity: "error",
    message: (d) => `\`packing\` requires a task that predicts each next token, and ${d.task} does not`,
    help: () => "remove `packing`: the default `shuffle: by_length` saves most of the padding",
    explain:
      "A packed row contains several texts, but a task with one answer per text reads only one position per row. Batches of similar length (`shuffle: by_length`) waste only a few percent of their tokens anyway.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { packing: true }',
  },
  "batchwise-parts": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${d.task} compares the texts of a batch: with \`accumulate\` each batch has ${d.batch_size} of the ${d.whole} rows of an update`,
    help: (d) => `write \`batch_size: ${d.whole}\` without \`accumulate\` if memory allows`,
    explain:
      "For other losses, `accumulate` makes the same update as a larger batch. A loss that compares each text with the others of " +
      "its batch sees fewer others in each part, so its updates are averages of small-batch updates.",
  },
  "no-packed-prompts": {
    severity: "error",
    facts: true,
    message: (d) => `${d.technique} needs one text per row: virtual tokens come before each text`,
    help: () => "write `packing: false` in the recipe",
    explain:
      "With `packing` several texts share a row and each attends only to itself. Virtual tokens come only before a row, so all texts " +
      "except the first would train without them.",
  },
  "no-why": {
    severity: "error",
    message: (d) => `\`why\` cannot show which words led to an answer of ${d.task}`,
    help: (d) => `remove \`why\`; it supports ${listNames(d.has.map((name) => `\`${name}\``))}`,
    explain:
      "`why` explains one number that decides the answer for a text. Tags, text spans, vectors and generated texts depend on many numbers.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l } }\nmodel m { base: "b", task: token_classification }\ntrain m on d\npredict m on "a text" { why: left_out }',
  },
  "writes-no-text": {
    severity: "error",
    message: (d) => `\`${d.key}\` is for tasks that generate text, and ${d.task} does not`,
    help: () => "remove this setting",
    explain:
      "How tokens are chosen, their maximum number and where they stop are settings of models that generate text. A model for labels or numbers generates none.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d\npredict m on "a text" { max_tokens: 5 }',
  },
  "needs-validation": {
    severity: "error",
    message: (d) => `\`${d.what}\` needs a validation split, but \`${d.data}\` has none`,
    help: (d) =>
      d.split === "files"
        ? `add \`validation: …\` to the \`source\` of \`${d.data}\``
        : d.split === "words"
          ? "add `validation: 10%` to the split"
          : d.split === "column"
            ? d.rename === undefined
              ? `write \`validation\` for some rows in the split column, or use \`split: random(train: 80%, validation: 10%, test: 10%)\``
              : `write \`${d.rename}\` after the split column`
            : `add \`split: random(train: 80%, validation: 10%, test: 10%)\` to \`${d.data}\``,
    explain:
      "Early stopping, keeping the best weights and sweeps use rows outside training and test: the split named `validation`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { keep: best }',
  },
  "not-trained": {
    severity: "error",
    message: (d) => `\`${d.model}\` has not been trained`,
    help: (d) =>
      d.as !== undefined
        ? `write \`${d.as}\`, the name of its training`
        : d.mask
          ? `name the data: \`show ${d.model}.mask on …\` shows what would be trained of them`
          : d.began !== undefined
            ? `write \`${d.began} { …, resume: true }\` to continue its unfinished training from the last checkpoint, or leave out \`resume\` to start again`
            : `train it first: \`train ${d.model} on …\`; to load an earlier training, write \`model ${d.model} { load: "runs/…" }\``,
    notes: (d) =>
      Object.entries(d.heads ?? {}).map(
        ([task, labels]) =>
          `the base model already has a head for \`${task}\`${labels.length > 0 ? ` with the labels ${listNames(labels)}` : ""}: with that \`task\` the model works without training`,
      ),
    explain:
      "Scores and predictions need trained weights, and this name has none. If the base checkpoint has no head for the task, the head has random weights. (A base model that was trained for the task, or generates text, works without training.)",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nevaluate m on d',
  },
  "changed-since-trained": {
    severity: "error",
    facts: true,
    message: (d) => {
      const [first, ...others] = d.changes ?? [];
      if (!first) return `\`${d.model}\` was changed after its training`;
      const more = others.length === 0 ? "" : `, and ${String(others.length)} more changed`;
      return `\`${d.model}\` was trained with another definition: ${changeText(first)}${more}`;
    },
    notes: (d) => {
      const others = (d.changes ?? []).slice(1);
      const beyond = others.length - MOST_CHANGES;
      return [...others.slice(0, MOST_CHANGES).map(changeText), ...(beyond > 0 ? [`and ${String(beyond)} more`] : [])];
    },
    help: () => "run its `train` statement again, or undo the change",
    explain:
      "The definition of the model, its data or its recipe was changed after its weights were trained. The old weights do not match the new definition.",
  },
  "too-long": {
    severity: "error",
    facts: true,
    message: (d) =>
      `${d.base} has ${String(d.positions)} positions, fewer than max_length ${String(d.max_length)}` +
      (d.virtual ? ` and ${String(d.virtual)} virtual tokens` : ""),
    help: (d) => `write \`max_length: ${String(Math.max(4, d.positions - d.virtual))}\` or less`,
    explain: "A model supports a fixed number of positions and cannot read longer texts.",
  },
  "storage-trains": {
    severity: "error",
    facts: true,
    message: (d) => `storage ${d.storage} needs a frozen base, but ${d.technique} trains it`,
    help: (d) => `write \`technique: lora(rank: 8)\`, or remove \`storage: ${d.storage}\``,
    explain:
      "A training step changes weights by less than the distance between two numbers of 4, 8 or 16 bits, so rounding would lose most steps. " +
      "A frozen base can be rounded once, when it is loaded. Use `lora`, `adapters`, " +
      "`prompt_tuning`, `prefix_tuning`, `ia3`, `bitfit` or `head_only`, whose own weights stay f32.",
  },
};
