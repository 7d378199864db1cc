/** Codes of `annotate`. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNamesAsCode } from "../../language/diagnostics/lists.js";

export interface AnnotateCodeData {
  "nothing-to-annotate": {
    readonly data: string;
    /** What annotators would have to write for that role; unset if the data have neither labels nor a list of them. */
    readonly holds?: string;
    /** The rows are on disk. */
    readonly streamed?: true;
  };
  "order-needs-model": { readonly order: string; readonly data: string };
  "model-labels-otherwise": {
    readonly model: string;
    readonly task: string;
    readonly data: string;
    readonly role: string;
    readonly wanted: readonly string[];
  };
  "no-annotator": object;
}

export const annotateCodes: CodeTable<AnnotateCodeData> = {
  "nothing-to-annotate": {
    severity: "error",
    message(d) {
      if (d.streamed)
        return `the rows of ${d.data} are streamed, and rows that people are asked about must be held in memory`;
      return d.holds === undefined
        ? `the rows of ${d.data} have no labels, and nothing says which there are`
        : `the rows of ${d.data} have ${d.holds}, which can't be annotated`;
    },
    help(d) {
      if (d.streamed)
        return `take \`stream: true\` out of data for annotating; \`show MODEL.label_issues on ${d.data}\` looks at streamed rows too`;
      return d.holds === undefined
        ? "write the labels into the data, `labels: [billing, tech]`; or name a column that has them, `columns: { text: …, label: … }`"
        : "mend them in the source; `annotate` labels whole texts: the roles `label` and `labels`";
    },
    explain:
      "`annotate` asks people for the label of a text, or for several of them. Data whose rows have none yet need the list of labels to choose from. Texts that a model is to write, tags of words and scores are mended in their source. Rows that people are asked about are held in memory, so that data that are streamed can't be annotated.",
    example: 'data d { source: csv("a.csv"), columns: { text: t } }\nannotate d as checked',
  },
  "order-needs-model": {
    severity: "error",
    message: (d) => `\`order: ${d.order}\` asks a model, and none is named`,
    help: (d) => `name one, \`annotate ${d.data} with MODEL as …\`, or write \`order: random\``,
    explain:
      "`uncertainty` begins with the rows of which a trained model is least sure; `label_issues` asks about the rows whose label is probably wrong, by vectors of the model's base. Without a model rows come by chance.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nannotate d as checked { order: uncertainty }',
  },
  "model-labels-otherwise": {
    severity: "error",
    message: (d) => `${d.model} does ${d.task}, and the rows of ${d.data} have the role \`${d.role}\``,
    help: (d) => `name a model of the task ${listNamesAsCode(d.wanted)}, or none`,
    explain:
      "The model suggests labels, and says of which rows it is unsure: it must choose among the labels that people choose from.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: fill_mask }\nannotate d with m as checked { order: label_issues }',
  },
  "no-annotator": {
    severity: "error",
    message: () => "the annotator has no name",
    help: () => 'write who decides, `annotator: "ann"`, or leave it out: then it is the account that runs the notebook',
    explain:
      "Each decision is kept with who made it: several people may annotate the same rows, and how far they agree is told.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nannotate d as checked { annotator: " " }',
  },
};
