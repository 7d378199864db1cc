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
    message: (d) => `\`${d.data}\` has the column \`${d.role}\`, and data after the first are rows without labels`,
    help: (d) =>
      `leave \`${d.role}\` out of its columns, or put its rows among the first: \`source: mix(…)\` reads several files as one`,
    explain:
      "`compress big on tickets, more` learns the labels that people gave in `tickets`, and what `big` says of the rows of `more`. Labels of `more` would be read and then thrown away.",
    example: `${small}\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\ncompress m on d, e with r as s { distill: student(layers: 1) }`,
  },
  "compress-over-start": {
    severity: "error",
    message: (d) => `the smaller model would take the place of \`${d.start}\`, which it is made of`,
    help: (d) => `give it a name of its own: \`as ${d.start}_small\``,
    explain:
      "A smaller model begins with the weights that a name has, so that the same statement run again gives the same. Its own name, and those of its stages, are others.",
    example: `${small}\ncompress m on d with r as m { distill: student(layers: 1) }`,
  },
  "compress-private": {
    severity: "error",
    message: (d) => `the recipe keeps rows private, and what \`${d.start}\` says of each row is learnt besides`,
    help: () => "leave `privacy` out of the recipe; or train the smaller base by itself, with `privacy`",
    explain:
      "Noise and clipping bound what one row's label teaches. A teacher that learnt from the same rows without them says more of each, and no account tells how much.",
    example: `${small.replace("recipe r { epochs: 1 }", "recipe r { epochs: 1 }\nrecipe p { epochs: 1, privacy: differential(epsilon: 8, delta: 1e-5) }")}\ncompress m on d with p as s { distill: student(layers: 1) }`,
  },
  "compress-streamed": {
    severity: "error",
    message: (d) =>
      `rows of \`${d.data}\` are read from disk as they are learnt, and rows without labels stand in memory`,
    help: () => "draw some of them: `sample: 20_000` in the data",
    explain: "What the larger model says of each row is kept beside the run, row by row.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv", stream: true), columns: { text: t } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d, e with r as s { distill: student(layers: 1) }',
  },
  "distill-task": {
    severity: "error",
    message: (d) => `\`${d.task}\` can't be learnt of another model so: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "A student learns what its teacher says of labels of whole texts, of labels of tokens, and of tokens that come next; what goes on within the teacher can be learnt whatever the task, where both read the same tokens.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, score: l } }\nmodel m { base: "b", task: regression }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d with r as s { distill: student(layers: 1) }',
  },
  "distill-without-recipe": {
    severity: "error",
    message: (d) => `\`${d.stage}\` is trained, and nothing says how long`,
    help: () => "write the recipe after `with`, or `epochs` in the block",
    explain:
      "Students learn and pruned models heal by a recipe, as every model does: `compress router on tickets with quick as small { … }`.",
    example: `${small}\ncompress m on d as s { distill: student(layers: 1) }`,
  },
  "not-so-small": {
    severity: "error",
    message: (d) => `\`${d.stage}\` can't be made of this model: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "What is made smaller must have what is taken: layers, width that parts into heads, a family whose weights lie so that parts of them can be told.",
    facts: true,
  },
  "nothing-to-compress": {
    severity: "error",
    message: (d) => `nothing says how \`${d.model}\` is made smaller`,
    help: () => "write `distill`, `sparsify` or `quantize` in the block, or several: they are done in that order",
    explain:
      "`compress` has no usual way: a student of fewer layers is quicker, a quantised model takes less memory, and what each costs in quality is for the data to say.",
    example: `${small}\ncompress m on d with r as s`,
  },
  "student-larger": {
    severity: "error",
    message: (d) =>
      `the student has ${count(d.student)} parameters, and \`${d.model}\`, which it learns of, has ${count(d.teacher)}`,
    help: () => "take fewer layers, or a smaller base",
    explain: "A student that is as large as its teacher is made neither smaller nor quicker.",
    facts: true,
  },
  "unlabelled-unread": {
    severity: "error",
    message: (d) =>
      d.stage === undefined
        ? `\`${d.data}\` lacks a column that the first data have beside their label`
        : `\`${d.stage}\` learns nothing of rows without labels, as those of \`${d.data}\``,
    help: (d) =>
      d.stage === undefined ? "name the same columns in both, but for the label" : `leave \`${d.data}\` out`,
    explain: "Rows without labels are read as those with labels are: a model of pairs reads pairs.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { id: t } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d, e with r as s { distill: student(layers: 1) }',
  },
};
