/** Codes of metrics used for ranking. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface MetricCodeData {
  /** `own`: a metric defined in the notebook. */
  "no-direction": { readonly metric: string; readonly key: string; readonly own: boolean };
}

export const metricCodes: CodeTable<MetricCodeData> = {
  "no-direction": {
    severity: "error",
    message: (d) =>
      `\`${d.key}\` ranks by \`${d.metric}\`, and neither a greater nor a smaller \`${d.metric}\` is better`,
    help: (d) =>
      `name a metric with a direction, such as \`accuracy\`${d.own ? `, or define \`${d.metric}\` with \`greaterIsBetter: true\` or \`false\`` : ""}; \`require: at_most(${d.metric}, 60%)\` sets a bound instead`,
    explain:
      "A selection rate describes a model: no value of it is the best. Sweeps, `keep: best(…)` and `early_stopping` need to know which of two scores is better, so they go by metrics with a direction.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { keep: best(selection_rate(yes)) }',
  },
};
