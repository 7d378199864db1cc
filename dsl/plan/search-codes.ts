/** What can be wrong between a search and what it searches. */
import { registerCodes } from "../diagnostics/codes.js";

declare module "../diagnostics/codes.js" {
  interface CodeData {
    /** `path`: of a dimension in which every number counts; `search`: the word. */
    "not-a-grid": { readonly path: string; readonly search: string };
  }
}

registerCodes({
  "not-a-grid": {
    severity: "error",
    message: (d) => `\`${d.search}\` tries every value once, and \`${d.path}\` has no end of them`,
    help: (d) =>
      `say how many are tried, as in \`search: ${d.search}(4)\`, or write its values out in a \`choice(…)\``,
    explain:
      "A grid tries each combination of values once. Choices, whole numbers and steps are values that can be counted; of a range " +
      "in which every number counts, `points:` are tried, evenly on its scale and with both ends.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3) }, search: grid, maximize: accuracy }',
  },
});
