/** Codes of mismatches between the program and the facts: columns, labels, splits, bases, memory, trained weights. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { exampleLines, listNames } from "../../language/diagnostics/lists.js";
import type { SettingChange } from "../plan/recipe-settings.js";
import { MASKED_DATA_NOTE } from "./masked.js";

export interface WorldCodeData {
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

export const worldCodes: CodeTable<WorldCodeData> = {
  "unknown-column": {
    severity: "error",
    message: (d) => `no column "${d.column}" in ${d.file}`,
    help: (d) =>
      d.headless !== undefined
        ? `write \`${d.headless}\`${/^(?!skip)\w+:/.test(d.headless) ? ", with names of your own" : ""}`
        : d.nearest
          ? `write \`${d.nearest}\``
          : `the file has: ${listNames(d.has)}`,
    notes: ({ headless, file, has }) => {
      if (headless === undefined) return [];
      if (headless.startsWith("names:"))
        return [`the columns of ${file} have no names but their places: ${listNames(has)}`];
      const like = headless.startsWith("skip:") ? "a title" : "data";
      return [`the first line of ${file} looks like ${like}, not like names: ${listNames(has)}`];
    },
    explain:
      "A column is named that the source doesn't have. Names are compared exactly, capitals and blanks included; a name with blanks is written as a string.",
    example: 'data d { source: csv("a.csv"), columns: { text: txt } }',
  },
  "no-template": {
    severity: "error",
    facts: true,
    message: (d) => `${d.base} brings no chat template`,
    help: (d) => `write \`template: chatml\`, or another: ${d.has.join(", ")}`,
    explain:
      "A model reads a conversation as one text, and every model family marks turns in its own way. A base made for chat says how (`chat_template`); for any other choose a template, which the model then learns.",
  },
  "template-without-chat": {
    severity: "error",
    message: (d) => `${d.task} reads no conversations, so it has no use for a template`,
    help: () => "take `template` out, or write `task: chat`",
    explain: "Templates say how the turns of a conversation become one text. Other tasks read texts as they are.",
    example: 'model m { base: "minilm", task: text_classification, template: chatml }',
  },
  "not-a-conversation": {
    severity: "error",
    message: (d) => `the role ${d.role} is a column, not a conversation`,
    help: () => "name a column; `turns(…)` and `alpaca()` make `messages`",
    explain: "Functions that read conversations give turns with roles, which only the role `messages` holds.",
    example: 'data d { source: csv("a.csv"), columns: { text: turns(body) } }',
  },
  "missing-role": {
    severity: "error",
    message: (d) => `${d.task} needs the role \`${d.role}\`, and \`${d.data}\` has no column for it`,
    help: (d) => `add \`${d.role}: …\` to \`columns\``,
    explain: "Each task reads certain roles: text_classification reads `text` and, for training and scores, `label`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t } }\nmodel m { base: "b", task: text_classification }\ntrain m on d',
  },
  "asks-without-context": {
    severity: "error",
    message: (d) => `\`${d.model}\` answers questions about a context, and this text has none`,
    help: (d) =>
      `ask in a TypeScript cell: \`await ${d.model}.predict([{ question: "…", context: "…" }])\`, or name data with the roles \`question\` and \`context\``,
    explain:
      "A model of `question_answering` finds answers in a context that is given with each question. A text alone could be either.",
    example:
      'data d { source: csv("a.csv"), columns: { question: t, context: body, answer: l } }\nmodel m { base: "b", task: question_answering }\ntrain m on d\npredict m on "Who?"',
  },
  "one-label": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.labels.length === 0
        ? `\`${d.data}\` has no labels`
        : `\`${d.data}\` has one label only: ${d.labels.join(", ")}`,
    help: () => "check the label column",
    explain:
      "A classifier needs two labels at least. Often the wrong column plays the role `label`, or the file was cut.",
  },
  "one-label-alone": {
    severity: "warning",
    facts: true,
    message: (d) => `\`${d.data}\` has one label only: ${d.label}`,
    help: () => "check the label column, or let it be one of several clients: `federate … on north, south`",
    explain:
      "A classifier needs two labels at least, and nothing trains on these data by themselves. In a federation the labels of all clients count together. Often the wrong column plays the role `label`, or the file was cut.",
  },
  "unlisted-label": {
    severity: "error",
    message: (d) => `\`${d.data}\` has rows with the label "${d.label}", which \`labels\` doesn't list`,
    help: (d) =>
      d.nearest === undefined
        ? "add it to `labels`, or drop those rows before"
        : d.both
          ? `other rows have "${d.nearest}", and only capitals differ: write it one way in the source; if the two are meant to differ, add "${d.label}" to \`labels\``
          : `only capitals differ: write \`${d.label}\` for \`${d.nearest}\`; where clients join, all list the same: mend the rows`,
    explain: "Labels written out must be all of them: a row with another label can't be trained.",
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
    help: () => "look at `f1(macro)`, which counts every label alike",
    explain: "A label with a handful of rows can hardly be learnt, and accuracy won't show it.",
  },
  "empty-split": {
    severity: "error",
    facts: true,
    message: (d) => `the split \`${d.split}\` of \`${d.data}\` has no rows`,
    help: (d) =>
      d.file === undefined ? "give it a larger share, or leave it out" : `${d.file} has no rows: leave the split out`,
    explain:
      "A split that was asked for came out empty: the share is too small for so few rows, or the column names another value.",
  },
  "unpacks-far": {
    severity: "warning",
    allowable: true,
    facts: true,
    message: (d) =>
      `${d.file} unpacks to ${Math.round(d.unpacked / Math.max(1, d.packed)).toLocaleString("en-US")} times its size: ${sizeText(d.packed)} of it hold ${sizeText(d.unpacked)} of rows`,
    help: () => "use the file only if you know who made it; otherwise unpack a part of it and look at the rows",
    explain:
      "Text that is packed well takes a thirtieth of its size. A file that unpacks to more than forty times its size holds the same row over and over, or was made to fill the memory of whoever reads it. A check reads a bounded part of such a file. A run reads it as long as it unpacks to less than 64 MiB or 200 times its size (`unpacks-too-large`).",
  },
  "split-leak": {
    severity: "error",
    allowable: true,
    facts: true,
    found: "data",
    message: (d) =>
      `${String(d.count)} text${d.count === 1 ? "" : "s"} of \`${d.data}\` stand${d.count === 1 ? "s" : ""} in more than one split`,
    help: (d) =>
      !d.late
        ? "add `clean: drop_duplicates`, which keeps the first of each"
        : `put \`${d.late.drops}\` after \`${d.late.after}\`, which made texts the same that were not`,
    notes: (d) => [...exampleLines(d.places, d.count), ...(d.masked ? [MASKED_DATA_NOTE] : [])],
    explain:
      "A text that is trained on and tested on makes the score better than the model. Exact duplicates across splits are refused; the notes name the rows. `clean: drop_duplicates` in the data keeps the first of each, before the data is split.",
  },
  "no-split": {
    severity: "error",
    message: (d) => `\`${d.data}\` has no split, so there is no \`.${d.split}\``,
    help: () => "add `split: random(train: 80%, test: 20%)` to the data",
    explain: "A split is never invented: where none is written, all rows are one set.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.test',
  },
  "unknown-split": {
    severity: "error",
    message: (d) => `\`${d.data}\` has no split \`${d.split}\``,
    help: (d) => (d.nearest ? `write \`${d.data}.${d.nearest}\`` : `it has ${listNames(d.has)}`),
    explain: "The data is split, but no part has that name.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.tset',
  },
  "which-split": {
    severity: "error",
    message: (d) => `\`${d.data}\` is split, so it must be said which part is scored`,
    help: (d) => `write \`${d.data}.${d.best}\``,
    explain: "A score over all rows would count the ones that were trained on.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d',
  },
  "split-twice": {
    severity: "error",
    message: (d) => `\`${d.data}\` has a source per split and a \`split\` as well`,
    help: () => "keep one of them",
    explain: "Rows are divided by their file or by the rule after `split:`, not by both.",
    example:
      'data d { source: { train: csv("a.csv"), test: csv("b.csv") }, columns: { text: t }, split: random(train: 80%, test: 20%) }',
  },
  "metric-of-other-task": {
    severity: "error",
    message: (d) => `\`${d.metric}\` does not measure \`${d.model}\`, which does ${d.task}`,
    help: (d) => `it has ${listNames(d.has, { most: 40 })}`,
    explain:
      "Some metrics compare labels, others say how well each next token was foreseen. A model is measured by those of its task.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m on d.test { metrics: [perplexity] }',
  },
  "metric-of-written": {
    severity: "error",
    message: (d) => `\`${d.metric}\` scores texts that the model writes, and none are written while it trains`,
    help: (d) =>
      `for \`${d.key}\` there is ${listNames(d.has)}; \`evaluate\` and \`sweep\` measure \`${d.metric}\` too`,
    explain:
      "Each validation of a training scores what the model foresees of the right texts, which takes one look at them. Writing texts of its own takes a look a token, so that is for `evaluate`, or for a sweep that compares trained models.",
  },
  "two-watched": {
    severity: "error",
    message: (d) => `\`keep\` goes by \`${d.keep}\` and \`early_stopping\` by \`${d.early_stopping}\``,
    help: () => "name one of them: the other follows it",
    explain:
      "One metric says which validation was the best: the weights that are kept are its, and training stops when it no longer gets better. What is written at one of the two keys holds for both.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { keep: best(accuracy), early_stopping: patience(3, metric: loss) }',
  },
  "cannot-pack": {
    severity: "error",
    message: (d) => `\`packing\` is for tasks that predict each next token, and ${d.task} is none`,
    help: () => "take it out: `shuffle: by_length`, the default, saves most of the padding",
    explain:
      "A packed row holds several texts, and a task that gives one answer for a text has one place a row to read it from. Batches of texts of like length (`shuffle: by_length`) waste only a few percent of their tokens anyway.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { packing: true }',
  },
  "batchwise-parts": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${d.task} holds texts beside those of their batch: with \`accumulate\` that is ${d.batch_size} of the ${d.whole} rows of an update`,
    help: (d) => `write \`batch_size: ${d.whole}\` without \`accumulate\` where the memory allows it`,
    explain:
      "Elsewhere `accumulate` makes the very update of a batch as many times as large. A loss that tells each text from the others of " +
      "its batch sees fewer others in each part, so its updates are those of small batches, averaged.",
  },
  "no-packed-prompts": {
    severity: "error",
    facts: true,
    message: (d) => `${d.technique} needs one text in a row: virtual tokens stand before each text`,
    help: () => "write `packing: false` in the recipe",
    explain:
      "With `packing` several texts share a row and each sees only itself. Virtual tokens stand before a row, so that all texts " +
      "of it but the first would be trained without them.",
  },
  "no-why": {
    severity: "error",
    message: (d) => `which words spoke for an answer can't be told of ${d.task}`,
    help: (d) => `take \`why\` out; it is for ${listNames(d.has.map((name) => `\`${name}\``))}`,
    explain:
      "`why` follows one number from which a whole text's answer follows. Tags, places in a text, vectors and texts that are written follow from many.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l } }\nmodel m { base: "b", task: token_classification }\ntrain m on d\npredict m on "a text" { why: left_out }',
  },
  "writes-no-text": {
    severity: "error",
    message: (d) => `\`${d.key}\` is for tasks that write text, and ${d.task} is none`,
    help: () => "take it out",
    explain:
      "How tokens are chosen, how many there may be and where they stop matters to models that write text. A model that gives labels or numbers writes none.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d\npredict m on "a text" { max_tokens: 5 }',
  },
  "needs-validation": {
    severity: "error",
    message: (d) => `\`${d.what}\` needs a validation split, and \`${d.data}\` has none`,
    help: (d) =>
      d.split === "files"
        ? `add \`validation: …\` to the \`source\` of \`${d.data}\``
        : d.split === "words"
          ? "add `validation: 10%` to the split"
          : d.split === "column"
            ? d.rename === undefined
              ? `write \`validation\` into the column of the split for some rows, or draw them: \`split: random(train: 80%, validation: 10%, test: 10%)\``
              : `write \`${d.rename}\` after the column of the split`
            : `add \`split: random(train: 80%, validation: 10%, test: 10%)\` to \`${d.data}\``,
    explain:
      "Early stopping, keeping the best and sweeps look at rows that are neither trained nor tested: the split named `validation`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { keep: best }',
  },
  "not-trained": {
    severity: "error",
    message: (d) => `\`${d.model}\` has not been trained`,
    help: (d) =>
      d.as !== undefined
        ? `its training was kept as \`${d.as}\`: write that name`
        : d.mask
          ? `say which data: \`show ${d.model}.mask on …\` shows what would be trained of them`
          : d.began !== undefined
            ? `its training did not end: \`${d.began} { …, resume: true }\` goes on from its last checkpoint, the same without \`resume\` begins anew`
            : `train it first: \`train ${d.model} on …\`; what was trained before is opened by \`model ${d.model} { load: "runs/…" }\``,
    notes: (d) =>
      Object.entries(d.heads ?? {}).map(
        ([task, labels]) =>
          `its base's own head does \`${task}\`${labels.length > 0 ? ` with the labels ${listNames(labels)}` : ""}: with that \`task\` the model can be asked as it is`,
      ),
    explain:
      "Scores and answers need trained weights, and there are none under this name. A base whose checkpoint has no head for the task gets one of random numbers. (A base that was trained for the task, and one that writes text, may be asked as it is.)",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nevaluate m on d',
  },
  "changed-since-trained": {
    severity: "error",
    facts: true,
    message: (d) => {
      const [first, ...others] = d.changes ?? [];
      if (!first) return `\`${d.model}\` is not trained since it changed`;
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
      "The definition of the model, its data or its recipe is another than the one its weights were trained with. Using the old weights under the new definition would be a lie.",
  },
  "too-long": {
    severity: "error",
    facts: true,
    message: (d) =>
      `${d.base} has ${String(d.positions)} positions, fewer than max_length ${String(d.max_length)}` +
      (d.virtual ? ` and ${String(d.virtual)} virtual tokens` : ""),
    help: (d) => `write \`max_length: ${String(Math.max(4, d.positions - d.virtual))}\` or less`,
    explain: "A model has learnt a fixed number of positions; longer texts can't be read.",
  },
  "storage-trains": {
    severity: "error",
    facts: true,
    message: (d) => `storage ${d.storage} is for a base that stays frozen, and ${d.technique} trains it`,
    help: (d) => `write \`technique: lora(rank: 8)\`, or leave out \`storage: ${d.storage}\``,
    explain:
      "Weights that train change by far less at a step than the distance between two numbers of 4, 8 or 16 bits: rounded, most " +
      "steps would be lost. A base that stays as it is may be rounded once, when it is loaded: with `lora`, `adapters`, " +
      "`prompt_tuning`, `prefix_tuning`, `ia3`, `bitfit` or `head_only`, whose own weights stay f32.",
  },
};
