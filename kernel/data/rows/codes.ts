/** Errors while rows become texts and labels. Rows are numbered from 1, without the header. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface CoreDataCodeData {
  "missing-value": {
    readonly role: string;
    readonly column: string;
    readonly rows: readonly RowIdentifier[];
    readonly count: number;
    /** Further roles without a value. */
    readonly also?: readonly {
      readonly role: string;
      readonly column: string;
      readonly rows: readonly RowIdentifier[];
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
  "not-text": { readonly role: string; readonly column: string; readonly row: RowIdentifier; readonly found: string };
  "bad-conversation": {
    readonly column: string;
    readonly row: RowIdentifier;
    readonly why: string;
    readonly help?: string;
  };
  "field-not-built": {
    readonly row: RowIdentifier;
    readonly field: string;
    /** Number of the turn, from 1. Absent for a column. */
    readonly turn?: number;
    readonly column: string;
    readonly holds: string;
    /** Entry of `ignore` with a similar spelling. */
    readonly misspelt?: string;
  };
  "nothing-to-train": { readonly data: string; readonly row: RowIdentifier; readonly why: string };
  "template-refuses": { readonly template: string; readonly row: RowIdentifier; readonly why: string };
  "template-prefix-differs": {
    readonly template: string;
    readonly row: RowIdentifier;
    /** The text before the trained answer, and the prompt of a prediction, both from shortly before their first difference. */
    readonly trained: string;
    readonly asked: string;
  };
  "not-a-number": {
    readonly role: string;
    readonly column: string;
    readonly row: RowIdentifier;
    readonly found: string;
  };
  "weight-out-of-range": { readonly column: string; readonly row: RowIdentifier; readonly weight: number };
  "not-a-list": { readonly role: string; readonly column: string; readonly row: RowIdentifier; readonly found: string };
  "rounded-number": {
    readonly role: string;
    readonly column: string;
    readonly row: RowIdentifier;
    readonly found: string;
  };
  "not-an-answer": { readonly row: RowIdentifier; readonly column: string; readonly found: string };
  "answer-elsewhere": {
    readonly row: RowIdentifier;
    readonly answer: string;
    readonly start: number;
    readonly there: string;
  };
  "answer-not-there": { readonly row: RowIdentifier; readonly answer: string };
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
        ? `\`thin\` requires ${d.wanted} training rows, but the split \`${d.split}\` has ${d.rows}`
        : `none of the ${d.rows} rows of the split \`${d.split}\` would be left to train on`,
    help: (d) => `write a number from 1 to ${d.rows}, or a share of all rows that gives such a number`,
    explain:
      "`thin` removes training rows but cannot create any. Its share refers to all rows, like the shares of a split. If the split `train` has 80% of all rows, `thin: 20%` leaves a quarter of that split.",
  },
  "not-annotated": {
    severity: "error",
    message: (d) => `${d.data} was not annotated`,
    help: (d) => `write \`annotate ${d.data} as checked\`, and \`show checked.agreement\``,
    explain: "Agreement is measured only on data from `annotate`, where two or more people labeled the same rows.",
  },
  "no-such-row": {
    severity: "error",
    message: (d) => `${d.data} has no row ${d.row} that can be annotated`,
    help: () => 'use the number that the table shows; if each split has its own source, use the name: `"3 (test)"`',
    explain:
      "Rows have the numbers of their source, from 1, without the header. Rows that a cleaner or the split removes are not annotated.",
  },
  "unknown-label": {
    severity: "error",
    message: (d) => `${quoted(d.label)} is not a label of ${d.data}`,
    help: (d) => `choose from ${listNames(d.has)}, or add a new label to the data's \`labels\``,
    explain:
      "Annotators choose from the labels that the data contain or list. A new label must be added to the list first, so that a typing error cannot create one.",
  },
  "not-an-answer": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the answer column "${d.column}"`,
    help: () => 'write a text, or `{"text": ["..."], "answer_start": [0]}` as in SQuAD',
    explain:
      "An answer is a text, a list of texts, SQuAD's `[{text, answer_start}]` or Hugging Face's `{text: [...], answer_start: " +
      "[...]}`. It can be in a table, in JSON, or as JSON in a text. An empty text or list means no answer.",
  },
  "answer-elsewhere": {
    severity: "error",
    message: (d) =>
      `the answer ${quoted(d.answer)} of row ${d.row} does not start at ${d.start}: the text there is ${quoted(d.there)}`,
    help: () => "fix the start, or remove it to use the answer's first occurrence",
    explain:
      "A start counts characters of the context from 0. It selects one of several occurrences of the same words. A wrong start " +
      "would train a wrong position, so it is never moved silently.",
  },
  "answer-not-there": {
    severity: "error",
    message: (d) => `the answer ${quoted(d.answer)} of row ${d.row} does not occur in its context`,
    help: () => "copy it from the context letter by letter, or remove the row",
    explain:
      "`question_answering` learns the position of an answer in the context. An answer in other words has no " +
      "position. Use `text2text_generation` for a model that writes its own answers.",
  },
  "bad-conversation": {
    severity: "error",
    message: (d) => `row ${d.row} has no conversation in the column "${d.column}": ${d.why}`,
    help: (d) =>
      d.help ??
      "define the format of turns: `turns(column, role: from, content: value, roles: { human: user, gpt: assistant })`",
    explain:
      "A conversation is a list of turns, each with a role (system, user, assistant) and a text. The roles decide which turns are trained. Unknown roles are therefore never guessed, and no row is silently removed.",
  },
  "field-not-built": {
    severity: "error",
    message: (d) =>
      d.turn === undefined
        ? `row ${d.row} has the column "${d.field}" next to its conversation (${d.holds}), which is not supported yet`
        : `row ${d.row} has \`${d.field}\` in turn ${String(d.turn)} of its conversation (${d.holds}), which is not supported yet`,
    help: (d) =>
      d.misspelt !== undefined
        ? `write \`${d.field}\` in \`ignore\` instead of \`${d.misspelt}\``
        : `add \`ignore: [${d.field}]\` to \`turns(…)\` or \`alpaca(…)\` to train without it, or remove such rows`,
    explain:
      "Tool calls, tools, reasoning separate from the answer, images and preferred answers " +
      "would be part of the model's input or output. They are never dropped silently: the model would learn " +
      "answers without the information that they depend on.",
  },
  "nothing-to-train": {
    severity: "error",
    message: (d) => `row ${d.row} of ${d.data} has nothing to train: ${d.why}`,
    help: () => "add an assistant turn that is trained (`weight: 1`) to the row, or remove the row",
    explain:
      "The task `chat` trains the assistant turns and only reads the others. A row without a trained turn would use time and teach nothing, and nobody would notice.",
  },
  "template-refuses": {
    severity: "error",
    message: (d) => `the ${d.template} template cannot write the conversation of row ${d.row}: ${d.why}`,
    help: () => "choose another `template`, or change the row",
    explain:
      "Every template supports only certain conversations. Some have no system turn; some require user and assistant to alternate. Their models were trained only on such conversations, so rows are not adapted.",
  },
  "template-prefix-differs": {
    severity: "error",
    message: (d) =>
      `with the ${d.template} template, the text before the trained answer of row ${d.row} differs from the prompt of predictions`,
    notes: (d) => [
      `before the trained answer: ${JSON.stringify(d.trained)}`,
      `in the prompt of a prediction: ${JSON.stringify(d.asked)}`,
    ],
    help: () =>
      "choose another `template`, such as `template: chatml`; with the base model's own template, add to answers the text that it writes before them",
    explain:
      "A model continues its prompt. In complete conversations, some templates write text between prompt and answer (Qwen3 an empty `<think>` block) that prediction prompts do not have. The model would learn to answer after a text that it never gets. The check compares the text before an answer with the prompt, at the first and last answers of each conversation. Qwen3's own template is always rejected for answers without thoughts: write `template: chatml`.",
  },
  "cannot-stream": {
    severity: "error",
    message: (d) => `${d.what} cannot be used with streamed data: ${d.why}`,
    help: () => "remove it, or remove `stream: true`",
    explain:
      "A streamed source is read once from start to end and stored on disk, so that memory use does not depend on its size. Features that need all rows at once require data without streaming.",
  },
  "streamed-changed": {
    severity: "error",
    message: (d) => `${d.file} was changed while it was read`,
    help: () => "run the statement again to read the rows again",
    explain:
      "Rows and tokens of streamed data are stored in the cache folder. A file there was removed or truncated while it was in use.",
  },
  "streamed-table": {
    severity: "error",
    message: (d) => `\`${d.data}\` is streamed, so its rows are not in memory`,
    help: () => "remove `stream: true`, or read a part of the file in a TypeScript cell",
    explain:
      "With `stream: true`, training and evaluation read rows from disk, one batch after another. Tables, and predictions for every row of a split, need all rows in memory, so remove `stream: true` if the rows fit.",
  },
  "source-changed": {
    severity: "error",
    message: ({ data }) => `the source of \`${data}\` was changed after its cell ran`,
    help: ({ data }) => `run the cell of \`data ${data}\` again`,
    explain:
      "A column without a role is read from the source again. If the source now has other rows, its values would appear next to the wrong rows.",
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
    help: () => "add `drop_empty` to `clean`, or add the values in the source",
    explain:
      "A row without text or label teaches nothing. It is never removed silently: `clean: [drop_empty]` removes such rows and the preview counts them.",
  },
  "not-text": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which is used as ${d.role}`,
    help: () => "use a column of texts, or convert it to texts in a TypeScript cell and use the table as `$rows`",
    explain:
      "Texts and labels are strings. Numbers, `true` and `false` are converted to text as printed. Other values have no unique text form.",
  },
  "not-a-number": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which is used as ${d.role}`,
    help: () => "write a plain number such as 3 or -0.5 there, or use another column",
    explain:
      "A score or a weight is a number with a decimal point, no unit and no thousands separator. Words such as `good` are labels: " +
      "use the role `label` and text_classification.",
  },
  "weight-out-of-range": {
    severity: "error",
    message: (d) => `row ${d.row} has the weight ${d.weight} in the column "${d.column}"`,
    help: () => "give each row a weight from 0 (no effect on training) to 1e9",
    explain:
      "A row's weight sets how much it counts in the loss. The loss of a batch is the weighted sum of its rows' losses, " +
      "divided by the sum of the weights. A weight cannot be negative: training would unlearn the row without end.",
  },
  "not-a-list": {
    severity: "error",
    message: (d) => `row ${d.row} has ${d.found} in the column "${d.column}", which has the role ${d.role}`,
    help: () => "use a list of strings, or a text with separated parts",
    explain:
      "`labels`, `tokens` and `tags` are lists of strings. They can be lists (jsonl, json, tables), JSON in a text, or " +
      "a text with separated parts. `separator` separates labels; white space separates tokens and tags.",
  },
  "rounded-number": {
    severity: "error",
    message: (d) =>
      `row ${d.row} has ${d.found} in the column "${d.column}", used as ${d.role}: numbers beyond 2^53 are rounded`,
    help: () => "convert the column to texts or `bigint`s before any step converts it to numbers",
    explain:
      "JavaScript numbers are exact up to 9,007,199,254,740,991. Beyond that, different labels or ids silently become the same number, " +
      "and thus one class or group. Files are read digit by digit, so this error only occurs with live tables.",
  },
  "texts-not-cleaned": {
    severity: "warning",
    message: (d) => {
      const trained = `${d.model} was trained on texts cleaned by ${listNames(d.cleaners.map((one) => `\`${one}\``))}`;
      if (!d.changed) return `${trained}, but ${d.reader} does not clean its texts`;
      const { count, of: total } = d.changed;
      const texts = total === 1 ? "this text" : `${String(count)} of these ${String(total)} texts`;
      return `${trained}, which would change ${texts}; ${d.reader} does not clean them`;
    },
    help: () => "clean texts in the same way before predicting",
    explain:
      "Cleaners such as `lowercase`, `strip_html` and `redact` change the texts of training and its splits. Texts for later predictions (by `predict`, a page, a server, files in another runtime) are not cleaned, because predictions refer to character positions and cleaning moves them. A model that never saw capital letters, markup or names may predict worse. Values that `redact` hid in training are not hidden in requests. Cleaners that remove rows do not change texts.",
  },
  "no-rows-left": {
    severity: "error",
    message: (d) => (d.rowsIn === 0 ? "the source has no rows" : `none of the ${d.rowsIn} rows is left after cleaning`),
    help: (d) =>
      d.rowsIn === 0
        ? "add rows to the file: it has only column names"
        : "remove the step that drops them from `clean`",
    notes: (d) => d.dropped.map((x) => `${x.count} dropped: ${x.why}`),
    explain: "Without rows there is nothing to train on or to score.",
  },
};

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
