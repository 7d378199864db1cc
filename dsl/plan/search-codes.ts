/** What can be wrong between a search and what it searches. */
import { registerCodes } from "../diagnostics/codes.js";

declare module "../diagnostics/codes.js" {
  interface CodeData {
    /** `path`: of a dimension in which every number counts; `search`: the word. */
    "not-a-grid": { readonly path: string; readonly search: string };
    "one-goal": { readonly search: string; readonly goals: readonly string[]; readonly instead: string };
  }
}

registerCodes({
  "not-a-grid": {
    severity: "error",
    message: (d) => `\`${d.search}\` tries every value once, and \`${d.path}\` has no end of them`,
    help: (d) => `say how many are tried, as in \`search: ${d.search}(4)\`, or write its values out in a \`choice(…)\``,
    explain:
      "A grid tries each combination of values once. Choices, whole numbers and steps are values that can be counted; of a range " +
      "in which every number counts, `points:` are tried, evenly on its scale and with both ends.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { optimizer.learning_rate: log(1e-5..1e-3) }, search: grid, maximize: accuracy }',
  },
  "one-goal": {
    severity: "error",
    message: (d) => `\`${d.search}\` learns from one goal, and ${d.goals.length} are written`,
    help: (d) =>
      `write \`search: ${d.instead}\`, which finds a front of several goals, or keep ${oneOf(d.goals)} alone`,
    explain:
      "A search that expects how much better than the best the next trial will be needs a best one. With several goals there is none, " +
      "but a front of trials that nothing beats in all of them. A bar in `require:` holds another score without making it a goal.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(8, 16) }, search: gp, maximize: [accuracy, f1(macro)] }',
  },
});

function oneOf(texts: readonly string[]): string {
  const quoted = texts.map((text) => `\`${text}\``);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].join(" or ");
}
