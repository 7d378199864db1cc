/** Codes of model compression. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface CompressCodeData {
  "compress-labelled": { readonly data: string; readonly role: string };
  "compress-over-start": { readonly start: string };
  "compress-private": { readonly start: string };
  "compress-streamed": { readonly data: string };
  "distill-task": { readonly task: string; readonly why: string; readonly instead: string };
  "distill-without-recipe": { readonly stage: string };
  "not-so-small": { readonly stage: string; readonly why: string; readonly instead: string };
  "nothing-to-compress": { readonly model: string };
  "student-larger": { readonly student: number; readonly teacher: number; readonly model: string };
  "unlabelled-unread": { readonly data: string; readonly stage?: string };
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r';
const count = (n: number): string => n.toLocaleString("en-US");

export const compressCodes: CodeTable<CompressCodeData> = {
  "compress-labelled": {
    severity: "error",
    message: (d) => `\`${d.data}\` has the column \`${d.role}\`, but only the first data may have labels`,
    help: (d) =>
      `remove \`${d.role}\` from its columns, or add its rows to the first data: \`source: mix(…)\` reads several files as one`,
    explain:
      "`compress big on tickets, more` trains on the labels of `tickets`, and on the predictions of `big` for the rows of `more`. Labels of `more` would be ignored.",
    example: `${small}\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\ncompress m on d, e with r as s { distill: student(layers: 1) }`,
  },
  "compress-over-start": {
    severity: "error",
    message: (d) => `the smaller model would replace \`${d.start}\`, the model it is made from`,
    help: (d) => `give it another name: \`as ${d.start}_small\``,
    explain:
      "A compression starts with the weights of a named model, so that the same statement gives the same result. The smaller model and its steps need other names.",
    example: `${small}\ncompress m on d with r as m { distill: student(layers: 1) }`,
  },
  "compress-private": {
    severity: "error",
    message: (d) =>
      `the recipe has \`privacy\`, but the predictions of \`${d.start}\` for each row are trained as well`,
    help: () => "remove `privacy` from the recipe, or train the smaller base without a teacher, with `privacy`",
    explain:
      "Noise and clipping bound the influence of a row's label. A teacher trained on the same rows without them reveals more about each row, and no budget covers that.",
    example: `${small.replace("recipe r { epochs: 1 }", "recipe r { epochs: 1 }\nrecipe p { epochs: 1, privacy: differential(epsilon: 8, delta: 1e-5) }")}\ncompress m on d with p as s { distill: student(layers: 1) }`,
  },
  "compress-streamed": {
    severity: "error",
    message: (d) => `the rows of \`${d.data}\` are streamed, but rows without labels must be in memory`,
    help: () => "use a sample of them: `sample: 20_000` in the data",
    explain: "The larger model's prediction for each row is stored next to the run, row by row.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv", stream: true), columns: { text: t } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d, e with r as s { distill: student(layers: 1) }',
  },
  "distill-task": {
    severity: "error",
    message: (d) => `\`${d.task}\` does not support this distillation: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "A student learns its teacher's predictions for labels of texts, labels of tokens, or next tokens. It can learn hidden states for any task if both read the same tokens.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, score: l } }\nmodel m { base: "b", task: regression }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d with r as s { distill: student(layers: 1) }',
  },
  "distill-without-recipe": {
    severity: "error",
    message: (d) => `\`${d.stage}\` needs training, but there is no recipe and no number of epochs`,
    help: () => "add a recipe after `with`, or `epochs` in the block",
    explain:
      "Students and pruned models are trained with a recipe, like every model: `compress router on tickets with quick as small { … }`.",
    example: `${small}\ncompress m on d as s { distill: student(layers: 1) }`,
  },
  "not-so-small": {
    severity: "error",
    message: (d) => `\`${d.stage}\` cannot be applied to this model: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "A smaller model needs something to remove: layers, a width that divides into heads, and a family whose weights can be divided.",
    facts: true,
  },
  "nothing-to-compress": {
    severity: "error",
    message: (d) => `the compression of \`${d.model}\` has no method`,
    help: () => "write `distill`, `sparsify` or `quantize` in the block, or several; they are done in that order",
    explain:
      "`compress` has no default method. A student with fewer layers is faster, a quantized model needs less memory, and the loss of quality depends on the data.",
    example: `${small}\ncompress m on d with r as s`,
  },
  "student-larger": {
    severity: "error",
    message: (d) =>
      `the student has ${count(d.student)} parameters, but its teacher \`${d.model}\` has only ${count(d.teacher)}`,
    help: () => "use fewer layers, or a smaller base",
    explain: "A student as large as its teacher is neither smaller nor faster.",
    facts: true,
  },
  "unlabelled-unread": {
    severity: "error",
    message: (d) =>
      d.stage === undefined
        ? `\`${d.data}\` lacks a column that the first data have in addition to their label`
        : `\`${d.stage}\` does not use rows without labels, such as those of \`${d.data}\``,
    help: (d) => (d.stage === undefined ? "name the same columns in both, except the label" : `remove \`${d.data}\``),
    explain: "Rows without labels are read like those with labels: a model of text pairs reads pairs.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { id: t } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d, e with r as s { distill: student(layers: 1) }',
  },
};
