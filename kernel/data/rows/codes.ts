/** Errors while rows become texts and labels. Rows are numbered from 1, without the header. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface CoreDataCodeData {
  "missing-value": {
    readonly role: string;
    readonly column: string;
    readonly rows: readonly RowName[];
    readonly count: number;
    /** Further roles without a value. */
    readonly also?: readonly {
      readonly role: string;
      readonly column: string;
      readonly rows: readonly RowName[];
      readonly count: number;
    }[];
  };
  /** `reader`: the statement that gives texts to the model. The cleaners would change `changed` of its `of` texts. */
  "texts-not-cleaned": {
    readonly model: string;
    readonly reader: string;
    readonly cleaners: readonly string[];
    readonly changed?: { readonly count: number; readonly of: number };
  };
  "too-thin": { readonly wanted: number; readonly rows: number; readonly split: string };
  "not-text": { readonly role: string; readonly column: string; readonly row: RowName; readonly found: string };
  "bad-conversation": {
    readonly column: string;
    readonly row: RowName;
    readonly why: string;
    readonly help?: string;
  };
  "field-not-built": {
    readonly row: RowName;
    readonly field: string;
    /** Number of the turn, from 1. Absent for a column. */
    readonly turn?: number;
    readonly column: string;
    readonly holds: string;
    /** Entry of `ignore` with a similar spelling. */
    readonly misspelt?: string;
  };
  "nothing-to-train": { readonly data: string; readonly row: RowName; readonly why: string };
  "template-refuses": { readonly template: string; readonly row: RowName; readonly why: string };
  "template-prefix-differs": {
    readonly template: string;
    readonly row: RowName;
    /** The text before the trained answer, and the prompt of a prediction, both from shortly before their first difference. */
    readonly trained: string;
    readonly asked: string;
  };
  "not-a-number": { readonly role: string; readonly column: string; readonly row: RowName; readonly found: string };
  "weight-out-of-range": { readonly column: string; readonly row: RowName; readonly weight: number };
  "not-a-list": { readonly role: string; readonly column: string; readonly row: RowName; readonly found: string };
  "rounded-number": { readonly role: string; readonly column: string; readonly row: RowName; readonly found: string };
  "not-an-answer": { readonly row: RowName; readonly column: string; readonly found: string };
  "answer-elsewhere": {
    readonly row: RowName;
    readonly answer: string;
    readonly start: number;
    readonly there: string;
  };
  "answer-not-there": { readonly row: RowName; readonly answer: string };
  "cannot-stream": { readonly what: string; readonly why: string };
  "streamed-changed": { readonly file: string };
  "not-annotated": { readonly data: string };
  "no-such-row": { readonly data: string; readonly row: string };
  "unknown-label": { readonly label: string; readonly data: string; readonly has: readonly string[] };
  "streamed-table": { readonly data: string };
  "source-changed": { readonly data: string };
  "no-rows-left": {
    readonly rowsIn: number;
    readonly dropped: readonly { readonly why: string; readonly count: number }[];
  };
}

export const coreDataCodes: CodeTable<CoreDataCodeData> = {
  "too-thin": {
    severity: "error",
    facts: true,
    paths: ["thin"],
    message: (d) =>
      d.wanted > d.rows
        ? `${d.wanted} rows are to train, and the split \`${d.split}\` has ${d.rows}`
        : `none of the ${d.rows} rows of the split \`${d.split}\` would be left to train`,
    help: (d) => `ask for 1 to ${d.rows} rows, or for a share of all rows that comes to as many`,
    explain:
      "`thin` leaves rows out of those that train; it makes none. A share is one of all rows, as the shares of a split are: of data whose split `train` has 80% of them, `thin: 20%` leaves a quarter of that split.",
  },
  "not-annotated": {
    severity: "error",
    message: (d) => `nobody annotated ${d.data}`,
    help: (d) => `write \`annotate ${d.data} as checked\`, and \`show checked.agreement\``,
    explain: "Agreement is told of data that `annotate` made, where two or more people decided on the same rows.",
  },
  "no-such-row": {
    severity: "error",
    message: (d) => `${d.data} has no row ${d.row} that can be annotated`,
    help: () =>
      'take the number that the table shows; where each split has a source of its own, the name: `"3 (test)"`',
    explain:
      "Rows are numbered as in their source, from 1, the header not counted. Rows that a cleaner or the split leaves out are not asked about.",
  },
  "unknown-label": {
    severity: "error",
    message: (d) => `${quoted(d.label)} is no label of ${d.data}`,
    help: (d) => `its labels are ${listNames(d.has)}; a new one is written into the data's \`labels\``,
    explain:
      "People choose from the labels that the data have or list. A label that nobody foresaw is added to the list first, so that a slip of the finger makes none.",
  },
  "not-an-answer": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which is the answer`,
    help: () => 'write a text, or `{"text": ["..."], "answer_start": [0]}` as SQuAD has it',
    explain:
      "An answer is a text, a list of texts, SQuAD's `[{text, answer_start}]` or Hugging Face's `{text: [...], answer_start: " +
      "[...]}`, in a table, in JSON, or as JSON in a text. No answer is an empty text or list.",
  },
  "answer-elsewhere": {
    severity: "error",
    message: (d) =>
      `the answer ${quoted(d.answer)} of row ${d.row} does not begin at ${d.start}: ${quoted(d.there)} stands there`,
    help: () => "mend the start, or leave it out: then the first place of the answer is taken",
    explain:
      "A start counts characters of the context from 0. It tells apart several places of the same words, so a wrong one " +
      "would teach a wrong place; it is never moved silently.",
  },
  "answer-not-there": {
    severity: "error",
    message: (d) => `the answer ${quoted(d.answer)} of row ${d.row} does not stand in its context`,
    help: () => "write it as the context has it, letter by letter, or leave the row out",
    explain:
      "`question_answering` learns where in the context an answer stands. One that is worded differently there has no " +
      "place; a model that writes answers of its own is `text2text_generation`.",
  },
  "bad-conversation": {
    severity: "error",
    message: (d) => `row ${d.row} holds no conversation in the column "${d.column}": ${d.why}`,
    help: (d) =>
      d.help ??
      "say how turns are written: `turns(column, role: from, content: value, roles: { human: user, gpt: assistant })`",
    explain:
      "A conversation is a list of turns, each with a role (system, user, assistant) and a text. What is trained follows from the roles, so a role that nobody explained is never guessed and no row is left out silently.",
  },
  "field-not-built": {
    severity: "error",
    message: (d) =>
      d.turn === undefined
        ? `row ${d.row} has the column "${d.field}" beside its conversation (${d.holds}), which isn't built yet`
        : `row ${d.row} has \`${d.field}\` in turn ${String(d.turn)} of its conversation (${d.holds}), which isn't built yet`,
    help: (d) =>
      d.misspelt !== undefined
        ? `write \`${d.field}\` in \`ignore\`, where \`${d.misspelt}\` stands`
        : `to train without it say so where the conversation is read, \`ignore: [${d.field}]\` in \`turns(…)\` or \`alpaca(…)\`; or leave such rows out`,
    explain:
      "Calls of tools, the tools themselves, reasoning that stands apart from the answer, pictures and preferred answers " +
      "would be part of what a model reads or writes. They are never dropped silently: the model would learn to answer " +
      "without having seen what the answer rests on.",
  },
  "nothing-to-train": {
    severity: "error",
    message: (d) => `row ${d.row} of ${d.data} has nothing to train: ${d.why}`,
    help: () => "give the row an assistant's turn that is trained (`weight: 1`), or leave it out of the data",
    explain:
      "The task `chat` trains the assistant's turns and reads the rest. A row without one would take time and teach nothing, without anybody noticing.",
  },
  "template-refuses": {
    severity: "error",
    message: (d) => `the ${d.template} template can't write the conversation of row ${d.row}: ${d.why}`,
    help: () => "choose another `template`, or change the row",
    explain:
      "Every template was made for certain conversations: some know no system turn, some want user and assistant to take turns. The models behind them never saw anything else, so nothing is bent to fit.",
  },
  "template-prefix-differs": {
    severity: "error",
    message: (d) =>
      `with the ${d.template} template the answer of row ${d.row} would be trained after another text than predictions are asked with`,
    notes: (d) => [
      `before the trained answer: ${JSON.stringify(d.trained)}`,
      `in the prompt of a prediction: ${JSON.stringify(d.asked)}`,
    ],
    help: () =>
      "choose another `template`, such as `template: chatml`; with the base's own one, answers need what it writes before them",
    explain:
      "A model continues the prompt that it is asked with. Some templates write something between the prompt and the answer when a conversation is whole (Qwen3 an empty `<think>` block), which the prompt of a prediction does not have: the model would be trained to answer after a text that it never gets. Compared is the text before an answer with the prompt, at the first and the last answers of each conversation. Qwen3's own template is always refused for answers without thoughts: write `template: chatml`.",
  },
  "cannot-stream": {
    severity: "error",
    message: (d) => `${d.what} can't be used with data that are streamed: ${d.why}`,
    help: () => "take it out, or take out `stream: true`",
    explain:
      "A streamed source is read once from front to back and kept on disk, so that memory does not follow its size. What needs all rows at once works on data that are read whole.",
  },
  "streamed-changed": {
    severity: "error",
    message: (d) => `${d.file} changed while it was read`,
    help: () => "run the statement again; the rows are read anew",
    explain:
      "Rows and tokens of streamed data lie in the cache folder. Something removed or cut a file there while it was in use.",
  },
  "streamed-table": {
    severity: "error",
    message: (d) => `\`${d.data}\` is streamed, so its rows are not in memory`,
    help: () => "take out `stream: true`, or read a part of the file in a TypeScript cell",
    explain:
      "Data read with `stream: true` are trained on and scored from disk. Tables and predictions for every row of a split need the rows in memory.",
  },
  "source-changed": {
    severity: "error",
    message: ({ data }) => `the source of \`${data}\` has changed since its cell ran`,
    help: ({ data }) => `run the cell of \`data ${data}\` again`,
    explain:
      "A column that no role reads is read again from the source. If the source has other rows by then, its values would stand beside the wrong rows.",
  },
  "missing-value": {
    severity: "error",
    message: (d) =>
      [d, ...(d.also ?? [])]
        .map(
          ({ role, column, rows, count }) =>
            `${count} ${count === 1 ? "row has" : "rows have"} no ${role} in the column "${column}" (row ${listNames(rows.map(String), { total: count })})`,
        )
        .join(", and "),
    help: () => "add `drop_empty` to `clean`, or fill them in the source",
    explain:
      "A row without text or without a label teaches nothing. It is never left out silently: `clean: [drop_empty]` drops such rows and the preview counts them.",
  },
  "not-text": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which is the ${d.role}`,
    help: () => "take a column of texts, or make texts of it in a TypeScript cell and give the table as `$rows`",
    explain:
      "Texts and labels are strings; numbers and truth values are written as they print. Anything else has no one form as text.",
  },
  "not-a-number": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which is the ${d.role}`,
    help: () => "write a plain number such as 3 or -0.5 there, or take another column",
    explain:
      "A score or a weight is a number: a decimal point, no unit, no thousands separator. Words such as `good` are labels: give " +
      "them the role `label` and use text_classification.",
  },
  "weight-out-of-range": {
    severity: "error",
    message: (d) => `row ${d.row} has the weight ${d.weight} in the column "${d.column}"`,
    help: () => "give each row a weight from 0 (it teaches nothing) to 1e9",
    explain:
      "A row's weight says how much it counts in the loss: the loss of a batch is the sum of what its rows lose times their " +
      "weights, over the sum of the weights. Less than nothing a row can't count: it would be unlearnt without end.",
  },
  "not-a-list": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which is the role ${d.role}`,
    help: () => "give a list of strings, or a text in parts",
    explain:
      "`labels`, `tokens` and `tags` are lists of strings. They come as lists (jsonl, json, tables), as JSON in a text, or as " +
      "text in parts: labels with `separator` between them, tokens and tags with white space.",
  },
  "rounded-number": {
    severity: "error",
    message: (d) =>
      `row ${d.row} has the number ${d.found} in the column "${d.column}", which is the ${d.role}: beyond 2^53 numbers are rounded`,
    help: () => "give the column as texts or as `bigint`s, before anything makes numbers of it",
    explain:
      "JavaScript's numbers are exact up to 9,007,199,254,740,991. Beyond, different labels or ids become one number without " +
      "a sign, and would be one class or one group. Files are read digit by digit, so this is said of live tables only.",
  },
  "texts-not-cleaned": {
    severity: "warning",
    message: (d) => {
      const trained = `${d.model} was trained on texts after ${listNames(d.cleaners.map((one) => `\`${one}\``))}`;
      if (!d.changed) return `${trained}, and ${d.reader} gives it texts as they come`;
      const { count, of: total } = d.changed;
      const texts = total === 1 ? "this text" : `${String(count)} of these ${String(total)} texts`;
      return `${trained}, which would change ${texts}; ${d.reader} asks about texts as they come`;
    },
    help: () => "clean texts in the same way before you ask about them",
    explain:
      "Cleaners such as `lowercase`, `strip_html` and `redact` change the texts of training and of its splits. A text that is asked about later (by `predict`, a page, a server, files in another runtime) is read as it comes: answers point into it by letters, and a cleaned text has other places. A model that never saw capital letters, markup or names may answer worse, and what `redact` hid in training is not hidden in requests. Cleaners that drop rows change no text.",
  },
  "no-rows-left": {
    severity: "error",
    message: (d) => (d.rowsIn === 0 ? "the source has no rows" : `none of the ${d.rowsIn} rows is left after cleaning`),
    help: (d) =>
      d.rowsIn === 0 ? "check the file: it has column names only" : "take the step that drops them out of `clean`",
    notes: (d) => d.dropped.map((x) => `${x.count} dropped: ${x.why}`),
    explain: "With no row there is nothing to train or to score.",
  },
};

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
