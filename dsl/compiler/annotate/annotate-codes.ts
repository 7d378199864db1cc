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
        return `cannot annotate the rows of ${d.data}: they are streamed, and annotated rows must be in memory`;
      return d.holds === undefined
        ? `the rows of ${d.data} have no labels, and the data lists none`
        : `the rows of ${d.data} have ${d.holds}, which cannot be annotated`;
    },
    help(d) {
      if (d.streamed)
        return `remove \`stream: true\` from the data; \`show MODEL.label_issues on ${d.data}\` also reads streamed rows`;
      return d.holds === undefined
        ? "list the labels in the data, `labels: [billing, tech]`, or name a column with labels, `columns: { text: …, label: … }`"
        : "fix them in the source; `annotate` labels whole texts: the roles `label` and `labels`";
    },
    explain:
      "`annotate` asks people for one or several labels of a text. If the rows have no labels yet, the data must list the labels to choose from. Generated texts, token tags and scores must be fixed in their source. Annotated rows must be in memory, so streamed data cannot be annotated.",
    example: 'data d { source: csv("a.csv"), columns: { text: t } }\nannotate d as checked',
  },
  "order-needs-model": {
    severity: "error",
    message: (d) => `\`order: ${d.order}\` needs a model, and none is named`,
    help: (d) => `name a model, \`annotate ${d.data} with MODEL as …\`, or write \`order: random\``,
    explain:
      "`uncertainty` starts with the rows for which a trained model is least certain. `label_issues` shows rows whose label is probably wrong, found with vectors of the base model. Without a model the order is random.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nannotate d as checked { order: uncertainty }',
  },
  "model-labels-otherwise": {
    severity: "error",
    message: (d) => `the task of ${d.model} is ${d.task}, but the rows of ${d.data} have the role \`${d.role}\``,
    help: (d) => `name a model with the task ${listNamesAsCode(d.wanted)}, or name none`,
    explain:
      "The model suggests labels and marks the rows for which it is uncertain. It must choose among the same labels as the annotators.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: fill_mask }\nannotate d with m as checked { order: label_issues }',
  },
  "no-annotator": {
    severity: "error",
    message: () => "the annotator has no name",
    help: () => 'write the name, `annotator: "ann"`, or remove it to use the account that runs the notebook',
    explain:
      "Each decision is stored with its annotator. Several people may annotate the same rows, and their agreement is reported.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nannotate d as checked { annotator: " " }',
  },
};
